import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import type { Arrival } from '../../../src/domain/message.ts';
import { contractCase, done } from '../contract.ts';

export const that = contractCase<ContextStore>();

type ListOptions = NonNullable<Parameters<ContextStore['list']>[1]>;

/** Ids of what is listed, in the order of the list. */
export const listed = async (
  store: ContextStore,
  user: User,
  options?: ListOptions,
): Promise<ReadonlyArray<string>> => (await done(store.list(user, options))).map(({ id }) => id);

/** Ids of what is owed to the agent, in order. */
export const owed = async (
  store: ContextStore,
  user: User,
  after: Arrival = 0,
  limit = 1000,
): Promise<ReadonlyArray<string>> => (await done(store.untaken(user, after, limit))).map(({ id }) => id);
