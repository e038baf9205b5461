import { mock } from 'node:test';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** What `work` comes to, and after how many seconds of `setTimeout`, which pass in no time; within two minutes of them. */
export const wind = async <A>(
  work: () => Promise<A>,
): Promise<{ readonly answer: A | undefined; readonly seconds: number }> => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let answer: A | undefined;
    let seconds = 0;
    void work().then((came) => (answer = came));
    await turns();
    for (; answer === undefined && seconds < 120; seconds += 1) {
      mock.timers.tick(1_000);
      await turns();
    }
    return { answer, seconds };
  } finally {
    mock.timers.reset();
  }
};
