import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import type { User } from '../../../src/domain/channel.ts';

/** Appends messages of some users by turns without end, and prints the id of each as soon as it was answered. */

const [path = '', round = '', users = ''] = process.argv.slice(2);
const nothing = (): void => undefined;

// sizes so small that a kill comes in the middle of a round
const { contextStore } = openSqlite(
  path,
  {
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after: (ms, call) => {
        const timer = setTimeout(call, ms);
        timer.unref();
        return () => clearTimeout(timer);
      },
    },
    contextTtlMs: 86_400_000,
    deliveryDeadlineMs: 86_400_000,
    chatRetentionMs: 86_400_000,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    metrics: { count: nothing, gauge: nothing, observe: nothing },
  },
  { keySizes: { recent: 100, step: 9 } },
);

let number = 0;

const append = async (): Promise<void> => {
  const id = `${round}-${(number += 1)}`;
  const user: User = { provider: 'whatsapp', id: `521555000000${number % Number(users)}` };
  const content = { type: 'text', text: `text of ${id}` } as const;
  const answer = await contextStore.append({ user, id, from: 'user', timestamp: Date.now(), content })();
  if (answer._tag === 'Right') process.stdout.write(`${id}\n`);
};

for (;;) await Promise.all(Array.from({ length: 20 }, append));
