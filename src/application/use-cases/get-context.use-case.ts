import { E } from '../../domain/fp.ts';
import type { StoredMessage } from '../../domain/message.ts';
import type { Texts } from '../../domain/texts.ts';
import { readable } from '../../domain/agent-text.ts';
import type { Application, ContextEntry } from '../application.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import { usersOf } from './whose.ts';

/** What user and bot said and no agent has seen, oldest first (http-api.md, GET /v1/context). */
export const makeGetContext =
  ({
    contexts,
    texts,
  }: {
    readonly contexts: ContextStore;
    readonly texts: Texts;
  }): Application['getContext'] =>
  (whose) =>
  async () => {
    const lists = await Promise.all(usersOf(whose).map((user) => contexts.list(user)()));
    const messages: StoredMessage[] = [];
    for (const list of lists) {
      if (E.isLeft(list)) return list;
      messages.push(...list.right);
    }
    messages.sort((a, b) => a.timestamp - b.timestamp || a.arrival - b.arrival);
    return E.right(messages.map((message) => entryOf(message, texts)));
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
