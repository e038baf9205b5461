import type { Conversation } from './conversation.ts';
import type { UserText } from './effect.ts';

export interface Spillage {
  /** To be stored in the overflow before the conversation is saved; idempotent by the effects' ids. */
  readonly effects: ReadonlyArray<{ readonly order: number; readonly effect: UserText }>;
  /** The conversation that counts them as spilled. */
  readonly conversation: Conversation;
}

/** Texts beyond the document's bound, with the places in the overflow that they get (relay.md §4.6). */
export const spillage = (conversation: Conversation): Spillage => {
  const { count, next, pending } = conversation.overflow;
  return {
    effects: pending.map((effect, index) => ({ order: next + index, effect })),
    conversation:
      pending.length === 0
        ? conversation
        : {
            ...conversation,
            overflow: {
              ...conversation.overflow,
              count: count + pending.length,
              next: next + pending.length,
              pending: [],
            },
          },
  };
};
