import { makeAnswer } from '../../../src/adapters/memory/answer.ts';
import { makeMemoryChatStore } from '../../../src/adapters/memory/chat-store.adapter.ts';
import { makeKeeper, type Keeper, type KeeperDeps } from '../../../src/application/conversations/keeper.ts';
import type { ChatStore, Save, StoredConversation } from '../../../src/application/ports/chat-store.port.ts';
import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import type { Log } from '../../../src/application/ports/log.port.ts';
import { storeUnavailable } from '../../../src/application/ports/errors.ts';
import { decideAll } from '../../../src/domain/chat.ts';
import type { ChatEvent } from '../../../src/domain/chat-event.ts';
import type { User } from '../../../src/domain/channel.ts';
import { emptyConversation } from '../../../src/domain/conversation.ts';
import { E, O } from '../../../src/domain/fp.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

export const ana: User = { provider: 'whatsapp', id: '5215512345678' };
export const self = 'i-self';
export const other = 'i-other';

const profile = { name: 'Ana', email: 'ana@example.com', phoneNumber: '', botSlug: 'bot', botId: 'bot' };

/** How the store misbehaves: it does not answer, or it does its work and the answer is lost. */
export type Trouble = 'none' | 'down' | 'answer-lost';

/** A memory store with switches, the real core, and time that stands still. */
export const makeBench = () => {
  const clock = makeVirtualClock();
  const answer = makeAnswer(() => false);
  const real = makeMemoryChatStore(answer, { clock, chatRetentionMs: 86_400_000 });
  const trouble = { save: 'none' as Trouble, load: 'none' as Trouble, wake: 'none' as Trouble };
  const saves: Save[] = [];
  const wakes: User[] = [];
  const logged: string[] = [];
  const lost = E.left(storeUnavailable('sample trouble'));

  const store: ChatStore = {
    ...real,
    save: (save) => async () => {
      if (trouble.save === 'down') return lost;
      saves.push(save);
      const outcome = await real.save(save)();
      return trouble.save === 'answer-lost' ? lost : outcome;
    },
    load: (user) => async () => (trouble.load === 'none' ? real.load(user)() : lost),
    wake: (user) => async () => {
      wakes.push(user);
      return trouble.wake === 'none' ? real.wake(user)() : lost;
    },
  };
  const note = (event: string): void => void logged.push(event);
  const log: Log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  let ids = 0;
  const deps = {
    store,
    self,
    clock,
    log,
    ids: { chatId: () => `chat-${(ids += 1)}`, writeId: () => `w-${(ids += 1)}`, random: () => 0.5 },
    decide: decideAll(policyOf()),
    complete: (conversation) => conversation,
    onDecided: () => undefined,
  } satisfies Omit<KeeperDeps, 'onSaved' | 'onLost'>;

  const stored = async (user = ana): Promise<StoredConversation> => {
    const loaded = await real.load(user)();
    if (E.isLeft(loaded) || O.isNone(loaded.right)) throw new Error('there is no such conversation');
    return loaded.right.value;
  };

  return { clock, real, store, trouble, saves, wakes, logged, deps, stored };
};

type Bench = ReturnType<typeof makeBench>;

export const chatId = 'chat-a';

const notAsked = (): never => {
  throw new Error('not asked');
};
/** A message store of which nothing is wanted. */
export const noContexts: ContextStore = {
  append: notAsked,
  list: notAsked,
  mark: notAsked,
  keep: notAsked,
  settle: notAsked,
  untaken: notAsked,
  erase: notAsked,
};

export const reserved = (id = chatId): ChatEvent => ({
  type: 'reserved',
  chatId: id,
  at: Date.UTC(2026, 10, 2, 12),
  mark: 1,
  profile,
  flow: 'default',
});

export const finishAsked: ChatEvent = {
  type: 'finish-asked',
  at: Date.UTC(2026, 10, 2, 12, 1),
  mark: 5,
};

/** A conversation with an open chat, kept by that owner. */
export const begun = async (
  { real, deps, stored }: Bench,
  owner: string = self,
): Promise<StoredConversation> => {
  const { conversation } = deps.decide(emptyConversation(ana), [reserved()]);
  await real.save({ conversation, rev: 0, writeId: 'w-first', owner })();
  return stored();
};

export const deskTold = (
  at: number,
  event: Extract<ChatEvent, { type: 'desk-told' }>['event'],
): ChatEvent => ({ type: 'desk-told', chatId, at, mark: 1, event });

/** A conversation of ours in which an agent has joined and was told who the user is. */
export const talking = async ({ real, deps, clock }: Bench, kind: string, state: unknown): Promise<void> => {
  const at = clock.now();
  const { conversation } = deps.decide(emptyConversation(ana), [
    reserved(),
    { type: 'case-made', chatId, at, caseId: '500000000000001' },
    { type: 'session-opened', chatId, at, desk: { kind, sessionId: 's', state } },
    { type: 'request-taken', chatId, at, state },
    deskTold(at, { type: 'request-accepted' }),
    deskTold(at, { type: 'agent-joined', name: 'Andrea' }),
    { type: 'context-read', chatId, at, entries: [] },
    { type: 'posts-bound', chatId, state, covers: 1 },
    { type: 'posts-delivered', chatId, at },
  ]);
  await real.save({ conversation, rev: 0, writeId: 'w-first', owner: self })();
};

export const keeperOf = (
  bench: Bench,
  initial: StoredConversation,
  hooks: Partial<Pick<KeeperDeps, 'onSaved' | 'onLost' | 'onDecided'>> = {},
): Keeper =>
  makeKeeper({ ...bench.deps, onSaved: () => undefined, onLost: () => undefined, ...hooks }, initial);
