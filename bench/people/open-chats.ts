import { userOf } from '../load/webhooks.ts';
import type { StandIns } from '../stand-ins/stand-ins.ts';
import { eachOf, until } from '../support/waiting.ts';
import { openApiClient } from './api-client.ts';

const atOnce = 64;
const settleMs = 120_000;

/**
 * Opens so many chats, users from `first` on, and waits until each of them polls. Answers the users, and the seconds
 * that it took.
 */
export const openChats = async (
  url: string,
  { chat }: Pick<StandIns, 'chat'>,
  { count, first = 0 }: { readonly count: number; readonly first?: number },
): Promise<{ readonly users: ReadonlyArray<string>; readonly seconds: number }> => {
  const users = Array.from({ length: count }, (_, index) => userOf(first + index));
  const client = await openApiClient(url, atOnce);
  const begun = performance.now();
  const polled = chat.polled();
  try {
    await eachOf(users, atOnce, async (user) => void (await client.connect({ user })));
    await until(`${count} chats poll`, () => chat.polled() >= polled + count, settleMs);
  } finally {
    client.close();
  }
  return { users, seconds: (performance.now() - begun) / 1000 };
};
