import { randomBytes, randomUUID } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Ids } from '../../application/ports/ids.port.ts';

/** Chat ids of one process ascend even within a millisecond and when the wall clock is set back. */
export const makeSystemIds = (clock: Pick<Clock, 'now'>): Ids => {
  const ulid = monotonicFactory(pooledRandom());
  return {
    chatId: () => ulid(clock.now()),
    // 122 bits, drawn for many ids at a time
    writeId: () => randomUUID(),
    random: Math.random,
  };
};

/** As ulid's own, from 0 to 1, but not one call of the system for each of an id's sixteen characters. */
const pooledRandom = (): (() => number) => {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === pool.length) [pool, used] = [randomBytes(1024), 0];
    return pool.readUInt8(used++) / 256;
  };
};
