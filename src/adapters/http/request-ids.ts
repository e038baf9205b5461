import type { IncomingMessage } from 'node:http';
import type { Ids } from '../../application/ports/ids.port.ts';

const sane = /^[A-Za-z0-9._-]{1,128}$/u;

/** The caller's id when it sent a sane one; else a new one, unique among processes by its front, within one by its end. */
export const makeRequestIds = (
  ids: Pick<Ids, 'random'>,
): ((req: Pick<IncomingMessage, 'headers'>) => string) => {
  const front = Math.floor(ids.random() * 36 ** 10)
    .toString(36)
    .padStart(10, '0');
  let made = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && sane.test(given) ? given : `${front}-${(++made).toString(36)}`;
  };
};
