import { isOpen, type Conversation } from '../../domain/conversation.ts';
import { E, O } from '../../domain/fp.ts';
import type { Application, ChatView } from '../application.ts';
import { rangeOf } from '../lanes/inbox.ts';
import type { ChatStore } from '../ports/chat-store.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import { findConversation } from './whose.ts';

/** Messages of the user that wait are counted up to here. */
const countMax = 1_000;

/** The open or last chat of a user, with what is still on its way (http-api.md, GET /v1/chats/:userID). */
export const makeGetChat =
  ({
    store,
    contexts,
  }: {
    readonly store: ChatStore;
    readonly contexts: ContextStore;
  }): Application['getChat'] =>
  (whose) =>
  async () => {
    const found = await findConversation(store, whose);
    if (E.isLeft(found)) return found;
    const conversation = O.toUndefined(found.right);
    const chat = conversation?.chat;
    if (conversation === undefined || chat === undefined) return E.left({ _tag: 'NoChat' });
    const { user } = conversation;
    const range = rangeOf(conversation, chat.id);
    const untaken = range === undefined ? E.right([]) : await contexts.untaken(user, range.from, countMax)();
    if (E.isLeft(untaken)) return untaken;
    const setAside = await store.countSetAside(user)();
    if (E.isLeft(setAside)) return setAside;
    const view: ChatView = {
      user,
      state: chat.state,
      since: chat.since,
      ...(chat.reason === undefined ? {} : { reason: chat.reason }),
      ...(chat.caseId === undefined ? {} : { caseId: chat.caseId }),
      ...(chat.agent === undefined ? {} : { agent: chat.agent }),
      ...(isOpen(chat) && chat.position !== undefined ? { queuePosition: chat.position } : {}),
      ...(isOpen(chat) && chat.estimatedWaitSeconds !== undefined
        ? { estimatedWaitSeconds: chat.estimatedWaitSeconds }
        : {}),
      pending: pendingOf(
        conversation,
        untaken.right.filter(({ arrival }) => arrival <= (range?.upTo ?? Infinity)).map(({ id }) => id),
      ),
      setAside: setAside.right,
      ...(conversation.lastError === undefined ? {} : { lastError: conversation.lastError }),
    };
    return E.right(view);
  };

const pendingOf = (
  { lanes, overflow }: Conversation,
  untaken: ReadonlyArray<string>,
): ChatView['pending'] => {
  const chats = Object.values(lanes.chats);
  const delivered = new Set(
    chats.flatMap(({ agent }) => agent.unsettled.flatMap((one) => (one.what === 'message' ? [one.id] : []))),
  );
  // a message in the lane is one of the untaken; all other posts count by themselves
  const others = chats.flatMap(({ agent }) =>
    agent.posts.filter(({ post, settles }) => post.kind === 'text' && settles?.what !== 'message'),
  );
  return {
    toUser: lanes.user.length + overflow.count,
    toAgent: others.length + untaken.filter((id) => !delivered.has(id)).length,
    files: chats.reduce((sum, { files }) => sum + files.length, 0),
    bot: lanes.bot.length,
  };
};
