import { randomInt, randomUUID } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Ids } from '../../application/ports/ids.port.ts';

/** Chat ids of one process ascend even within a millisecond and when the wall clock is set back. */
export const makeSystemIds = (clock: Pick<Clock, 'now'>): Ids => {
  // ulid's own draws from the system for each of an id's sixteen characters; this one for many at a time
  const ulid = monotonicFactory(() => randomInt(256) / 256);
  return {
    chatId: () => ulid(clock.now()),
    // 122 bits, drawn for many ids at a time
    writeId: () => randomUUID(),
    random: Math.random,
  };
};
