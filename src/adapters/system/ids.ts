import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Ids } from '../../application/ports/ids.port.ts';

/** Chat ids of one process ascend even within a millisecond and when the wall clock is set back. */
export const makeSystemIds = (clock: Pick<Clock, 'now'>): Ids => {
  const ulid = monotonicFactory();
  return {
    chatId: () => ulid(clock.now()),
    // 120 bits, a length that base64 needs no padding for
    writeId: () => randomBytes(15).toString('base64url'),
    random: Math.random,
  };
};
