import { run } from '../../src/main/run.ts';
import { tokens } from '../../src/main/tokens.ts';

/** The service with a place to die at: `DIE_AT=post-sent:3` ends it when it comes by that point for the third time. */
// what is left after a collection is what is held
process.on('SIGUSR2', () => globalThis.gc?.());

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
