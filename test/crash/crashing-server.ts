import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { run } from '../../src/main/run.ts';
import { tokens } from '../../src/main/tokens.ts';

/**
 * The service with a place to die at: `DIE_AT=post-sent:3` ends it when it comes by that point for the third time. After
 * SIGWINCH its disk fails; after SIGUSR2 it has collected its garbage.
 */
// what is left after a collection is what is held
process.on('SIGUSR2', () => globalThis.gc?.());

// from here on the disk takes nothing
process.on('SIGWINCH', () => {
  const error = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  const refusing = (_file: number, done: (error: Error) => void): void => void setImmediate(done, error);
  fs.fdatasync = refusing as typeof fs.fdatasync;
  syncBuiltinESMExports();
});

const [point, time = '1'] = (process.env.DIE_AT ?? '').split(':');
let left = Number(time);

await run((container) =>
  container.registerInstance(tokens.probe, {
    reached: (reached) => {
      if (reached !== point) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  }),
);
