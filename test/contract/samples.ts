import type { Save, SetAsideEntry } from '../../src/application/ports/chat-store.port.ts';
import type { User } from '../../src/domain/channel.ts';
import { emptyConversation, type ChatState, type Conversation } from '../../src/domain/conversation.ts';
import type { UserText } from '../../src/domain/effect.ts';
import type { Message } from '../../src/domain/message.ts';

export const ana: User = { provider: 'whatsapp', id: '5215550000001' };
export const luis: User = { provider: 'whatsapp', id: '5215550000002' };
export const anaOnFacebook: User = { provider: 'facebook', id: '5215550000001' };

/** The user says something, at noon of 1 March 2026 unless told otherwise. */
export const says = (user: User, id: string, more: Partial<Message> = {}): Message => ({
  user,
  id,
  from: 'user',
  timestamp: Date.UTC(2026, 2, 1, 12),
  content: { type: 'text', text: `text of ${id}` },
  ...more,
});

/** The bot says something to the user. */
export const botSays = (user: User, id: string, more: Partial<Message> = {}): Message =>
  says(user, id, { from: 'bot', ...more });

export const chatId = '01JNN8V6G0ABCDEFGHJKMNPQRS';

export const textEffect = (id: string, text = `text of ${id}`): UserText => ({
  type: 'user-text',
  id,
  chatId,
  bornAt: Date.UTC(2026, 2, 1, 12),
  tries: 0,
  text,
});

/** A conversation whose chat is in that state; an open one is busy, an ended one is not. */
export const talk = (
  user: User,
  state: ChatState = 'active',
  more: Partial<Conversation> = {},
): Conversation => ({
  ...emptyConversation(user),
  chat: {
    id: chatId,
    state,
    since: Date.UTC(2026, 2, 1, 12),
    requestedAt: Date.UTC(2026, 2, 1, 12),
    mark: 0,
    flow: 'default',
    activeAt: Date.UTC(2026, 2, 1, 12),
    effects: 0,
  },
  ...more,
});

let writes = 0;

/** A save of a first document, unless told otherwise. Each has a write id of its own. */
export const saving = (conversation: Conversation, more: Partial<Save> = {}): Save => {
  writes += 1;
  return { conversation, rev: 0, writeId: `write-${writes}`, ...more };
};

export const setAsideEntry = (user: User, id: string): SetAsideEntry => ({
  user,
  effect: textEffect(id),
  lastError: 'refused: 400',
  at: Date.UTC(2026, 2, 1, 12),
});
