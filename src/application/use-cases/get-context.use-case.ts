import { isOpen, type Conversation } from '../../domain/conversation.ts';
import type { Settlement } from '../../domain/effect.ts';
import { E, O, TE } from '../../domain/fp.ts';
import type { StoredMessage } from '../../domain/message.ts';
import type { Texts } from '../../domain/texts.ts';
import { readable } from '../../domain/agent-text.ts';
import type { Application, ContextEntry } from '../application.ts';
import type { ChatStore, StoredConversation } from '../ports/chat-store.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import { usersOf } from './whose.ts';

/** What user and bot said and no agent has seen, oldest first (http-api.md, GET /v1/context). */
export const makeGetContext =
  ({
    store,
    contexts,
    texts,
  }: {
    /** Of the chats whose agents are told; absent where none are. */
    readonly store?: Pick<ChatStore, 'load'>;
    readonly contexts: ContextStore;
    readonly texts: Texts;
  }): Application['getContext'] =>
  (whose) =>
  async () => {
    const users = usersOf(whose);
    // the conversations first: what is posted by then is marked in the lists, or told by the conversation
    const loaded = await Promise.all(users.map((user) => (store?.load(user) ?? nobody)()));
    const lists = await Promise.all(users.map((user) => contexts.list(user)()));
    const messages: StoredMessage[] = [];
    for (const [index, list] of lists.entries()) {
      if (E.isLeft(list)) return list;
      const found = loaded[index] ?? E.right(O.none);
      if (E.isLeft(found)) return found;
      const stored = O.toUndefined<StoredConversation>(found.right);
      messages.push(...list.right.filter(notWithAgent(stored?.conversation)));
    }
    messages.sort((a, b) => a.timestamp - b.timestamp || a.arrival - b.arrival);
    return E.right(messages.map((message) => entryOf(message, texts)));
  };

const nobody = TE.right(O.none);

/**
 * The store marks what was posted a moment after the desk has taken it. Until then, and while it is on its way there or
 * nobody knows whether it has come, it counts as posted (relay.md §3).
 */
const notWithAgent = (conversation: Conversation | undefined): ((message: StoredMessage) => boolean) => {
  const settlements = Object.entries(conversation?.lanes.chats ?? {}).flatMap(([chatId, { agent }]) => {
    const { bound, posts, unsettled } = agent;
    const isOver = !isOpen(conversation?.chat) || conversation?.chat?.id !== chatId;
    const [head] = posts;
    // one that surely failed waits for its next try
    const mayHaveLeft = bound > 0 && (isOver || head?.unknown === true || head?.notBefore === undefined);
    const leaving = mayHaveLeft ? posts.slice(0, bound).map(({ settles }) => settles) : [];
    return [...unsettled, ...leaving].filter((one): one is Settlement => one !== undefined);
  });
  const ids = new Set<string>();
  const arrivals = new Set<number>();
  for (const one of settlements) {
    if (one.what === 'context') for (const arrival of one.arrivals) arrivals.add(arrival);
    else if (one.as === 'posted') ids.add(one.id);
  }
  return ({ id, arrival }) => !ids.has(id) && !arrivals.has(arrival);
};

const entryOf = (
  { user, timestamp, content, from, contextUntil }: StoredMessage,
  texts: Texts,
): ContextEntry => {
  const base = { userId: user.id, timestamp, from, until: contextUntil };
  if (content.type !== 'media') return { ...base, text: readable(content, texts) };
  const { url, mimeType, caption } = content;
  return {
    ...base,
    url,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(caption === undefined ? {} : { caption }),
  };
};
