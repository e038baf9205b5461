import { makeAnswer } from '../../src/adapters/memory/answer.ts';
import { makeMemoryChatStore } from '../../src/adapters/memory/chat-store.adapter.ts';
import { makeMemoryContextStore } from '../../src/adapters/memory/context-store.adapter.ts';
import type {
  ChatStore,
  OwnerId,
  SetAsideEntry,
  StoredConversation,
} from '../../src/application/ports/chat-store.port.ts';
import type { ContextStore } from '../../src/application/ports/context-store.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../../src/application/ports/errors.ts';
import type { Instances } from '../../src/application/ports/instances.port.ts';
import { userKey, type User } from '../../src/domain/channel.ts';
import type { ChatId, Settlement } from '../../src/domain/effect.ts';
import { E, O, type Either, type TaskEither } from '../../src/domain/fp.ts';
import type { Arrival, Message } from '../../src/domain/message.ts';
import { never, type Fate, type Fates } from './network.ts';
import { randomOf } from './random.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** What is written, as the laws see it: at the instant of the write, whoever hears of it. */
export interface StoreHooks {
  readonly onAppend: (message: Message, arrival: Arrival) => void;
  readonly onSettle: (user: User, chatId: ChatId, settlements: ReadonlyArray<Settlement>) => void;
  readonly onSave: (
    user: User,
    before: StoredConversation | undefined,
    after: StoredConversation | undefined,
  ) => void;
  readonly onSetAside: (all: ReadonlyArray<SetAsideEntry>) => void;
  readonly trace: (line: string) => void;
}

/** The real memory stores, shared by all processes of the world over a network that loses answers. */
export interface SharedStores {
  /** Without any trouble: for the laws. */
  readonly chats: ChatStore;
  readonly contexts: ContextStore;
  readonly portsFor: (process: Process) => {
    readonly chatStore: ChatStore;
    readonly contextStore: ContextStore;
    readonly instances: Instances;
  };
}

const hourMs = 3_600_000;

type Wrap = <A>(key: string, task: TaskEither<StoreUnavailable, A>) => TaskEither<StoreUnavailable, A>;

export const makeSharedStores = (
  scheduler: Scheduler,
  fates: Fates,
  options: { readonly seed: number; readonly slow: number },
  hooks: StoreHooks,
): SharedStores => {
  const clock = { now: scheduler.wall };
  const answer = makeAnswer(() => false);
  const contexts = makeMemoryContextStore(answer, {
    clock,
    contextTtlMs: 24 * hourMs,
    deliveryDeadlineMs: 24 * hourMs,
  });
  const chats = makeMemoryChatStore(answer, { clock, chatRetentionMs: 30 * 24 * hourMs });
  const beats = new Map<OwnerId, number>();

  /** The write and what the laws make of it. */
  const tapped: ChatStore = {
    ...chats,
    // the memory store does its work at the call, so that nothing comes between the three
    save: (save) => async () => {
      const { user } = save.conversation;
      const [before, saved, after] = [chats.load(user)(), chats.save(save)(), chats.load(user)()];
      const outcome = await saved;
      if (E.isRight(outcome) && outcome.right === 'saved')
        hooks.onSave(user, foundIn(await before), foundIn(await after));
      return outcome;
    },
    takeOver: (user, from, to) => async () => {
      const [before, taken] = [chats.load(user)(), chats.takeOver(user, from, to)()];
      const outcome = await taken;
      if (E.isRight(outcome) && O.isSome(outcome.right)) {
        hooks.trace(`store: ${to} takes ${user.id} over from ${from.owner}`);
        hooks.onSave(user, foundIn(await before), outcome.right.value);
      }
      return outcome;
    },
    setAside: (entry) => async () => {
      const [put, listing] = [chats.setAside(entry)(), chats.listSetAside()()];
      const outcome = await put;
      const all = await listing;
      if (E.isRight(all)) hooks.onSetAside(all.right);
      return outcome;
    },
  };

  const tappedContexts: ContextStore = {
    ...contexts,
    append: (message, visible) => async () => {
      const [appending, marking] = [contexts.append(message)(), contexts.mark()()];
      const [appended, mark] = [await appending, await marking];
      if (E.isRight(appended) && appended.right === 'stored' && E.isRight(mark)) {
        hooks.onAppend(message, mark.right);
        visible?.();
      }
      return appended;
    },
    settle: (user, chatId, settlements) => async () => {
      const settled = await contexts.settle(user, chatId, settlements)();
      hooks.onSettle(user, chatId, settlements);
      return settled;
    },
  };

  /** In every other world messages are seen before they are answered. */
  const journal = randomOf(options.seed, 'journal').chance(0.5) ? { journal: {} } : {};
  const aliveOnly = (process: Process, call: () => void) => (): void => {
    if (process.state === 'running') call();
  };

  const wrapFor = (process: Process): Wrap => {
    /** Appends of one process keep their order. */
    let lastAppend = 0;
    return (key, task) => () => {
      if (process.state === 'dead') return never();
      const { name, fate } = fates.of('store', `${process.name}|${key}`);
      const isSlow = randomOf(options.seed, `slow|${name}`).chance(options.slow);
      if (fate.kind === 'fine' && !isSlow && !key.startsWith('append')) return task();
      return travel(scheduler, process, fate, task, (due) => {
        if (!key.startsWith('append')) return due;
        lastAppend = Math.max(due, lastAppend);
        return lastAppend;
      });
    };
  };

  return {
    chats,
    contexts,
    portsFor: (process) => {
      const wrap = wrapFor(process);
      const { mark, list, untaken, keep, erase, append, settle } = tappedContexts;
      const contextStore: ContextStore = {
        ...journal,
        append: (message, visible) =>
          wrap(`append|${userKey(message.user)}`, append(message, visible && aliveOnly(process, visible))),
        mark: () => wrap('mark', mark()),
        list: (user, range) => wrap(`list|${userKey(user)}`, list(user, range)),
        untaken: (user, after, limit) => wrap(`untaken|${userKey(user)}`, untaken(user, after, limit)),
        settle: (user, chatId, all) => wrap(`settle|${userKey(user)}`, settle(user, chatId, all)),
        keep: (user, after) => wrap(`keep|${userKey(user)}`, keep(user, after)),
        erase: (user) => wrap(`erase|${userKey(user)}`, erase(user)),
      };
      const chatStore: ChatStore = {
        ...journal,
        load: (user) => wrap(`load|${userKey(user)}`, tapped.load(user)),
        save: (save) => wrap(`save|${userKey(save.conversation.user)}`, tapped.save(save)),
        wake: (user) => wrap(`wake|${userKey(user)}`, tapped.wake(user)),
        woken: (owner) => wrap('woken', tapped.woken(owner)),
        ownedByOthers: (living, page) => wrap('others', tapped.ownedByOthers(living, page)),
        takeOver: (user, from, to) => wrap(`take|${userKey(user)}`, tapped.takeOver(user, from, to)),
        spill: (user, effects, stamp) => wrap(`spill|${userKey(user)}`, tapped.spill(user, effects, stamp)),
        spilled: (user, after, limit) => wrap(`spilled|${userKey(user)}`, tapped.spilled(user, after, limit)),
        unspill: (user, upTo) => wrap(`unspill|${userKey(user)}`, tapped.unspill(user, upTo)),
        setAside: (entry) => wrap(`aside|${userKey(entry.user)}`, tapped.setAside(entry)),
        listSetAside: (user, page) => wrap('asides', tapped.listSetAside(user, page)),
        countSetAside: (user) => wrap('asides', tapped.countSetAside(user)),
        removeSetAside: (id) => wrap('asides', tapped.removeSetAside(id)),
        countByState: () => wrap('count', tapped.countByState()),
        erase: (user) => wrap(`erase|${userKey(user)}`, tapped.erase(user)),
      };
      return {
        contextStore,
        chatStore,
        instances: {
          beat: (self) =>
            wrap(
              'beat',
              answer(() => void beats.set(self, (beats.get(self) ?? 0) + 1)),
            ),
          list: () =>
            wrap(
              'instances',
              answer(() => Array.from(beats, ([id, beat]) => ({ id, beat }))),
            ),
          release: (id) =>
            wrap(
              'release',
              answer(() => void beats.delete(id)),
            ),
        },
      };
    },
  };
};

const foundIn = (
  loaded: Either<StoreUnavailable, O.Option<StoredConversation>>,
): StoredConversation | undefined => (E.isRight(loaded) ? O.toUndefined(loaded.right) : undefined);

/** A store that does not answer says so within some seconds; the write may come before that, after it, or never. */
const travel = <A>(
  scheduler: Scheduler,
  process: Process,
  { kind, there, back, luck }: Fate,
  task: TaskEither<StoreUnavailable, A>,
  inOrder: (due: number) => number,
): Promise<Either<StoreUnavailable, A>> =>
  new Promise((resolve) => {
    const answer = (ms: number, value: Either<StoreUnavailable, A>): void =>
      void scheduler.after(ms, () => resolve(value), process);
    const fail = (ms: number): void => answer(ms, E.left(storeUnavailable(`the store: ${kind}`)));
    const write = (ms: number, heard: boolean): void =>
      void scheduler.after(inOrder(scheduler.now() + ms) - scheduler.now(), () => {
        void task().then((value) => {
          if (heard) answer(back, value);
        });
      });
    const isQuick = luck < 0.6;
    switch (kind) {
      case 'fine':
      case 'repeat':
        return write(there, true);
      case 'refused':
      case 'lost-before':
      case 'error-before':
        return fail(there + back);
      case 'hang-before':
        return fail(isQuick ? 500 : 5_000);
      case 'lost-after':
      case 'error-after':
      case 'garbage':
        write(there, false);
        return fail(there + back + 1);
      case 'hang-after':
        write(there, false);
        return fail(isQuick ? 1_000 : 5_000);
      case 'late':
        fail(there);
        return write(there + (isQuick ? 40 : 1_500) + luck * 1_000, false);
    }
  });
