import type { Decision } from '../../domain/chat.ts';
import type { ChatEvent } from '../../domain/chat-event.ts';
import { userKey, type User, type UserKey } from '../../domain/channel.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { E, O, type Either } from '../../domain/fp.ts';
import { backoffMs } from '../backoff.ts';
import type { Worker } from '../lanes/worker.ts';
import { pause } from '../pause.ts';
import type { OwnerId, StoredConversation } from '../ports/chat-store.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../ports/errors.ts';
import { amend, type AmendDeps } from './amend.ts';
import { makeKeeper, type Keeper, type KeeperDeps, type Plan } from './keeper.ts';

/** All conversations: those that this process keeps, and the way to those that it does not. */
export interface Keepers {
  /**
   * Carries a plan out wherever the conversation is kept, and answers with what became of it. A conversation that
   * nobody owns becomes ours when the plan leaves something to do.
   */
  readonly amend: (user: User, plan: Plan) => Promise<Either<StoreUnavailable, Conversation>>;
  /** Something was stored for the user: whoever keeps the conversation has to look. */
  readonly wake: (user: User) => Promise<Either<StoreUnavailable, void>>;
  /** As `wake`, where the conversation is kept here; false: it is not. */
  readonly poke: (user: User) => boolean;
  /** The store says that somebody woke it. */
  readonly woken: (user: User) => void;
  /** Somebody may have woken any of them, and the store's word of it was lost. */
  readonly lookAtAll: () => void;
  /** This process was away for so long that others may have taken some over: nothing is begun for one before a look. */
  readonly distrustAll: () => void;
  /** Goes on with a conversation that is ours by now; what is planned for it comes before anything else. */
  readonly adopt: (stored: StoredConversation, first?: Plan) => void;
  /** A write that may have made the conversation ours was not answered, or came too late to tell. */
  readonly doubt: (user: User) => void;
  /** Looks at those in doubt, and goes on with the ones that are ours. */
  readonly resolveDoubts: () => Promise<void>;
  readonly owns: (user: User) => boolean;
  readonly count: () => number;
  /**
   * Gives one that is idle at this moment to another owner's name, under which whoever lives finds it; false: there is
   * none.
   */
  readonly handOver: (to: OwnerId) => Promise<boolean>;
  /** Effects that wait in the lanes of this process. */
  readonly queues: () => Readonly<Record<'user' | 'bot' | 'agent' | 'files', number>>;
  /** Begins nothing more. */
  readonly stopAll: () => void;
  readonly isBusy: () => boolean;
  /** Forgets all, without a write. */
  readonly abandonAll: () => void;
}

export interface KeepersDeps extends Omit<KeeperDeps, 'onSaved' | 'onLost'>, Pick<AmendDeps, 'patienceMs'> {
  readonly self: OwnerId;
  readonly decide: (conversation: Conversation, events: ReadonlyArray<ChatEvent>) => Decision;
  /** What has to happen to a conversation before this process can go on with it. */
  readonly restore: Plan;
  readonly makeWorker: (keeper: Keeper) => Worker;
}

interface Kept {
  readonly keeper: Keeper;
  readonly worker: Worker;
}

/** Callers' plans for one conversation that may wait; its own lanes have a few at most. */
const backlogMax = 64;

/** After these the owner hears of a change by its own next look at the store. */
const tellTries = 8;

/** A write that was not answered may still come so long after, ms. */
const doubtMs = 60_000;

export const makeKeepers = (deps: KeepersDeps): Keepers => {
  const kept = new Map<UserKey, Kept>();
  const doubts = new Map<UserKey, { readonly user: User; readonly until: number }>();

  const doubt = (user: User): void => {
    doubts.set(userKey(user), { user, until: deps.clock.monotonic() + doubtMs });
  };

  const resolveDoubt = async (key: UserKey, user: User, until: number): Promise<void> => {
    const found = await deps.store.load(user)();
    if (E.isLeft(found)) return;
    const stored = O.toUndefined(found.right);
    const isOurs = stored !== undefined && O.isSome(stored.owner) && stored.owner.value === deps.self;
    if (!kept.has(key) && isOurs) adopt(stored, () => [{ type: 'recovered' }]);
    if (kept.has(key) || deps.clock.monotonic() >= until) doubts.delete(key);
  };

  const adopt = (stored: StoredConversation, first?: Plan): void => {
    const key = userKey(stored.conversation.user);
    const already = kept.get(key);
    if (already !== undefined) already.keeper.abandon();
    // the two need one another
    const made: { worker?: Worker } = {};
    const keeper = makeKeeper(
      {
        ...deps,
        onSaved: () => made.worker?.pump(),
        onLost: (lost) => {
          made.worker?.stop();
          if (kept.get(key)?.keeper === lost) kept.delete(key);
        },
      },
      stored,
    );
    const worker = deps.makeWorker(keeper);
    made.worker = worker;
    kept.set(key, { keeper, worker });
    const { conversation } = stored;
    if (first === undefined && deps.restore(conversation).length === 0) worker.pump();
    else inBackground(keeper.apply((now) => [...deps.restore(now), ...(first?.(now) ?? [])]));
  };

  const inBackground = (work: Promise<unknown>): void => {
    work.catch((thrown: unknown) => deps.log.error('keeper-failed', { error: thrown }));
  };

  const amendKept = async (
    keeper: Keeper,
    plan: Plan,
  ): Promise<Either<StoreUnavailable, Conversation> | 'lost'> => {
    if (keeper.backlog() >= backlogMax) return E.left(storeUnavailable('too much waits for the store'));
    const applied = await inTime(keeper.apply(plan));
    if (applied === 'late') return E.left(storeUnavailable('the store does not answer in time'));
    return applied === 'saved' ? E.right(keeper.conversation()) : 'lost';
  };

  const inTime = <A>(work: Promise<A>): Promise<A | 'late'> =>
    new Promise((resolve, reject) => {
      const cancel = deps.clock.after(deps.patienceMs, () => resolve('late'));
      work.then(resolve, reject).finally(cancel);
    });

  const amendFree = async (user: User, plan: Plan): Promise<Either<StoreUnavailable, Conversation>> => {
    const amended = await amend(deps, user, plan);
    if (E.isLeft(amended)) {
      doubt(user);
      return amended;
    }
    const { stored, changed } = amended.right;
    if (changed && O.isSome(stored.owner)) {
      const mine = kept.get(userKey(user));
      if (stored.owner.value !== deps.self) await tellOwner(user);
      else if (mine === undefined) adopt(stored);
      else inBackground(look(mine));
    }
    return E.right(stored.conversation);
  };

  /** The change is stored: while the store is in trouble the caller need not wait for its owner to hear of it. */
  const tellOwner = async (user: User): Promise<void> => {
    if (E.isRight(await deps.store.wake(user)())) return;
    void (async () => {
      for (let failures = 1; failures <= tellTries; failures += 1) {
        await pause(deps.clock, backoffMs(failures, deps.ids.random()));
        if (E.isRight(await deps.store.wake(user)())) return;
      }
    })();
  };

  const look = async ({ keeper, worker }: Kept): Promise<void> => {
    await keeper.refresh();
    worker.pump();
    worker.poke();
  };

  const giveAway = async ({ keeper: { user, abandon }, worker }: Kept, to: OwnerId): Promise<void> => {
    worker.stop();
    abandon();
    const found = await deps.store.load(user)();
    const stored = E.isRight(found) ? O.toUndefined(found.right) : undefined;
    const from = stored === undefined ? undefined : O.toUndefined(stored.owner);
    if (stored !== undefined && from === deps.self) {
      const taken = await deps.store.takeOver(user, { owner: from, epoch: stored.epoch }, to)();
      if (E.isRight(taken) && O.isSome(taken.right)) {
        // a request may have brought it back meanwhile: that one is to notice
        const again = kept.get(userKey(user));
        if (again !== undefined) inBackground(look(again));
        return;
      }
    }
    doubt(user);
  };

  const poke = (user: User): boolean => {
    const mine = kept.get(userKey(user));
    mine?.worker.poke();
    return mine !== undefined;
  };

  return {
    amend: async (user, plan) => {
      const mine = kept.get(userKey(user));
      if (mine === undefined) return amendFree(user, plan);
      const outcome = await amendKept(mine.keeper, plan);
      // finished or taken over at this very moment: then by the store
      return outcome === 'lost' ? amendFree(user, plan) : outcome;
    },
    wake: (user) => (poke(user) ? woken : deps.store.wake(user)()),
    poke,
    woken: (user) => {
      const mine = kept.get(userKey(user));
      if (mine === undefined) doubt(user);
      else inBackground(look(mine));
    },
    lookAtAll: () => {
      for (const each of kept.values()) inBackground(look(each));
    },
    distrustAll: () => {
      for (const each of kept.values()) {
        each.keeper.distrust();
        inBackground(look(each));
      }
    },
    adopt,
    doubt,
    resolveDoubts: async () => {
      for (const [key, { user, until }] of [...doubts]) await resolveDoubt(key, user, until);
    },
    owns: (user) => kept.has(userKey(user)),
    count: () => kept.size,
    handOver: async (to) => {
      for (const one of kept.values()) {
        const { keeper, worker } = one;
        if (worker.isBusy() || keeper.backlog() > 0 || owesNow(keeper.conversation())) continue;
        await giveAway(one, to);
        return true;
      }
      return false;
    },
    queues: () => {
      const sum = { user: 0, bot: 0, agent: 0, files: 0 };
      for (const { keeper } of kept.values()) {
        const { lanes, overflow } = keeper.conversation();
        sum.user += lanes.user.length + overflow.count;
        sum.bot += lanes.bot.length;
        for (const { agent, files } of Object.values(lanes.chats)) {
          sum.agent += agent.posts.length;
          sum.files += files.length;
        }
      }
      return sum;
    },
    stopAll: () => {
      for (const { worker } of kept.values()) worker.stop();
    },
    isBusy: () => Array.from(kept.values()).some(({ worker }) => worker.isBusy()),
    abandonAll: () => {
      for (const { keeper } of [...kept.values()]) keeper.abandon();
    },
  };
};

const woken: Promise<Either<StoreUnavailable, void>> = Promise.resolve(E.right(undefined));

/** Something stands at the head of a lane: it may have been sent already, or be on its way. */
export const owesNow = ({ lanes: { user, bot, chats } }: Conversation): boolean =>
  user.length > 0 ||
  bot.length > 0 ||
  Object.values(chats).some(({ agent, files }) => agent.bound > 0 || files.length > 0);
