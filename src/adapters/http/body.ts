import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../application/ports/clock.port.ts';
import { makeDeadlines } from './deadlines.ts';
import { maxBodyBytes, type HttpLimits } from './options.ts';

/** `gone`: the client hung up, nobody is left to answer. */
export type BodyProblem = 'BodyTooLarge' | 'BodyTooSlow' | 'Overloaded' | 'gone';

export interface Bodies {
  /** The raw bytes, all of them. To be called once for a request, before anything else touches its stream. */
  readonly read: (req: IncomingMessage) => Promise<Buffer | BodyProblem>;
  /**
   * The answer is out and something of the body still comes: lets it pass, so that the client gets to read its answer,
   * but not without end.
   */
  readonly discard: (req: IncomingMessage) => void;
}

const maxDiscarded = 4 * 1024 * 1024;

/** Missing is JSON; else the type counts, not its parameters, however the charset is spelled. */
export const isJson = ({ headers }: IncomingMessage): boolean => {
  const { 'content-type': given, 'content-encoding': encoding } = headers;
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') return false;
  return (
    given === undefined ||
    given === '' ||
    given === 'application/json' ||
    /^application\/json *(?:[;, ].*)?$/iu.test(given)
  );
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

export const makeBodies = (
  clock: Pick<Clock, 'monotonic' | 'after'>,
  limits: Pick<HttpLimits, 'bodyMs' | 'maxBufferedBytes'>,
): Bodies => {
  const deadlines = makeDeadlines(clock, limits.bodyMs);
  /** Of all bodies that are not complete. */
  let buffered = 0;

  const read = (req: IncomingMessage): Promise<Buffer | BodyProblem> =>
    new Promise((resolve) => {
      if (Number(req.headers['content-length']) > maxBodyBytes) {
        resolve('BodyTooLarge');
        return;
      }
      let chunks: Buffer[] = [];
      let size = 0;
      let open = true;
      const settle = (result: Buffer | BodyProblem): void => {
        if (!open) return;
        open = false;
        buffered -= size;
        // the request may outlive its body by far
        chunks = [];
        deadlines.end(deadline);
        resolve(result);
      };
      const deadline = deadlines.start(() => settle('BodyTooSlow'));
      req.on('data', (chunk: Buffer) => {
        if (!open) return;
        size += chunk.length;
        buffered += chunk.length;
        if (size > maxBodyBytes) settle('BodyTooLarge');
        else if (buffered > limits.maxBufferedBytes) settle('Overloaded');
        else chunks.push(chunk);
      });
      req.on('end', () => settle(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
      req.on('close', () => settle('gone'));
    });

  const discard = (req: IncomingMessage): void => {
    if (req.complete || req.destroyed || !hasBody(req)) return;
    let size = 0;
    const cut = (): void => void req.socket.destroy();
    const deadline = deadlines.start(cut);
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxDiscarded) cut();
    });
    req.on('close', () => deadlines.end(deadline));
    req.resume();
  };

  return { read, discard };
};
