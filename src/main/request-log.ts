import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../application/ports/log.port.ts';

const requests = new AsyncLocalStorage<string>();

/** Runs a request with its id at hand for every line that is logged inside. */
export const withRequestId = <A>(requestId: string, run: () => A): A => requests.run(requestId, run);

/** Puts the id of the request that caused a line into it. */
export const logWithRequestId = (log: Log): Log => {
  const write =
    (line: Log['info']): Log['info'] =>
    (event, fields) => {
      const requestId = requests.getStore();
      line(event, requestId === undefined ? fields : { requestId, ...fields });
    };
  return {
    debug: write(log.debug),
    info: write(log.info),
    warn: write(log.warn),
    error: write(log.error),
  };
};
