import type { ChatEvent } from '../../domain/chat-event.ts';
import type { Decision } from '../../domain/chat.ts';
import type { User } from '../../domain/channel.ts';
import { isBusy, type Conversation } from '../../domain/conversation.ts';
import { E, O } from '../../domain/fp.ts';
import { spillage } from '../../domain/overflow.ts';
import type { ChatStore, OwnerId, StoredConversation } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Log } from '../ports/log.port.ts';
import { pause } from '../pause.ts';
import { saveSurely } from './save-surely.ts';

/**
 * What is to happen to a conversation as it stands. Asked again when somebody else's write came first, so it must be a
 * function of the conversation alone.
 */
export type Plan = (conversation: Conversation) => ReadonlyArray<ChatEvent>;

/** `lost`: the conversation is (or may be) another process's by now, or nobody's; nothing was written by us. */
export type Applied = 'saved' | 'lost';

/** One conversation that this process owns: the only place that decides on it and writes it. */
export interface Keeper {
  readonly user: User;
  /** As last saved. */
  readonly conversation: () => Conversation;
  /**
   * Carries a plan out: decisions are made one after the other, those that wait share a write. Resolves once it is
   * stored; while the store does not answer it waits. Rejects only with what the plan itself threw.
   */
  readonly apply: (plan: Plan) => Promise<Applied>;
  /** The plan goes along with the next write, whatever that is for: nothing waits for it, and it may be lost. */
  readonly ride: (plan: Plan) => void;
  /** Looks at the store: somebody else may have written (a finish at another instance), or taken it over. */
  readonly refresh: () => Promise<Applied>;
  readonly isLost: () => boolean;
  /** It is ours for all that is known: something may be begun for it. */
  readonly mayAct: () => boolean;
  /** It may have been taken over: nothing is begun for it until the store has been read, or written by us. */
  readonly distrust: () => void;
  /** Plans that wait: more than a few only while the store does not answer. */
  readonly backlog: () => number;
  /** Gives up at once, without a write: this process must not touch it any more. */
  readonly abandon: () => void;
}

export interface KeeperDeps {
  readonly store: ChatStore;
  readonly self: OwnerId;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly decide: (conversation: Conversation, events: ReadonlyArray<ChatEvent>) => Decision;
  /** Puts into the same write what can follow at once: posts that are bound before they are sent. */
  readonly complete: (conversation: Conversation) => Conversation;
  readonly onDecided: (user: User, decision: Decision) => void;
  readonly onSaved: (keeper: Keeper) => void;
  /** Also when there is nothing left to do: then nobody owns it any more. */
  readonly onLost: (keeper: Keeper) => void;
}

interface Waiting {
  readonly plan: Plan;
  readonly reload: boolean;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Plans that share one write. */
const batchMax = 64;

const noop = (): void => undefined;

export const makeKeeper = (deps: KeeperDeps, initial: StoredConversation): Keeper => {
  const { user } = initial.conversation;
  let stored = initial;
  let waiting: Waiting[] = [];
  let riders: Waiting[] = [];
  let working = false;
  let lost = false;
  /** How often it was distrusted, and how much of that a reading or a write since then has settled. */
  let distrusts = 0;
  let settled = 0;
  let writes = 0;

  const lose = (): void => {
    if (lost) return;
    lost = true;
    deps.onLost(keeper);
  };

  const work = async (): Promise<void> => {
    working = true;
    while (waiting.length > 0 && !lost) {
      const batch = [...riders, ...waiting.splice(0, batchMax)];
      riders = [];
      try {
        const applied = await carryOut(batch);
        for (const { resolve } of batch) resolve(applied);
        if (applied === 'saved' && !lost) tellWorker();
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown);
      }
    }
    working = false;
    const left = waiting;
    waiting = [];
    for (const { resolve } of left) resolve('lost');
  };

  /** What is stored is stored, whatever its follower makes of it. */
  const tellWorker = (): void => {
    try {
      deps.onSaved(keeper);
    } catch (thrown) {
      deps.log.error('worker-failed', { user: user.id, error: thrown });
    }
  };

  /** Decides over the present state; a plan that throws fails alone. */
  const decideAll = (batch: ReadonlyArray<Waiting>): Decision => {
    let decision: Decision = { conversation: stored.conversation, notes: [] };
    for (const { plan, reject } of batch) {
      try {
        const next = deps.decide(decision.conversation, plan(decision.conversation));
        decision = { conversation: next.conversation, notes: [...decision.notes, ...next.notes] };
      } catch (thrown) {
        reject(thrown);
      }
    }
    return { ...decision, conversation: deps.complete(decision.conversation) };
  };

  const carryOut = async (batch: ReadonlyArray<Waiting>): Promise<Applied> => {
    const attempts: string[] = [];
    let doubtful: Decision | undefined;
    let reload = batch.some((item) => item.reload);
    for (let failures = 0; ;) {
      if (lost) return 'lost';
      if (reload && !(await look())) return 'lost';
      reload = false;
      const decision = decideAll(batch);
      if (decision.conversation === stored.conversation) {
        // an earlier try is there, under what somebody else wrote
        if (doubtful !== undefined) deps.onDecided(user, doubtful);
        return 'saved';
      }
      const written = await write(decision.conversation, attempts);
      if (written === 'saved') {
        deps.onDecided(user, decision);
        return 'saved';
      }
      if (written === 'lost') return 'lost';
      if (written === 'conflict') continue;
      doubtful = decision;
      // also where it can still be read: a store that refuses at once would be asked without end
      failures += 1;
      await pause(deps.clock, Math.min(5_000, 50 * 2 ** failures) * (0.5 + deps.ids.random() / 2));
    }
  };

  /** Reads what the store has; false: it is not ours any more. */
  const look = async (): Promise<boolean> => {
    for (let failures = 0; !lost; failures += 1) {
      const asOf = distrusts;
      const found = await deps.store.load(user)();
      if (E.isRight(found)) return take(O.toUndefined(found.right), asOf);
      await pause(deps.clock, Math.min(5_000, 50 * 2 ** failures));
    }
    return false;
  };

  /** `asOf`: the distrust that there was when the store was asked. */
  const take = (found: StoredConversation | undefined, asOf: number): boolean => {
    const ours =
      found !== undefined &&
      O.isSome(found.owner) &&
      found.owner.value === deps.self &&
      found.epoch === stored.epoch;
    if (!ours) {
      lose();
      return false;
    }
    settled = Math.max(settled, asOf);
    if (found.rev !== stored.rev || found.writeId !== stored.writeId) stored = found;
    return true;
  };

  const write = async (
    decided: Conversation,
    attempts: string[],
  ): Promise<'saved' | 'lost' | 'conflict' | 'doubtful'> => {
    const asOf = distrusts;
    const { effects, conversation } = spillage(decided);
    const stamp = { epoch: stored.epoch, attempt: (writes += 1) };
    if (effects.length > 0 && E.isLeft(await deps.store.spill(user, effects, stamp)())) return 'doubtful';
    const writeId = deps.ids.writeId();
    attempts.push(writeId);
    const done = !isBusy(conversation);
    const saved = await saveSurely(
      deps.store,
      {
        conversation,
        rev: stored.rev,
        writeId,
        as: { owner: deps.self, epoch: stored.epoch },
        ...(done ? { owner: null } : {}),
      },
      attempts,
    );
    if (saved.outcome === 'unavailable') {
      deps.log.warn('conversation-not-saved', { user: user.id, detail: saved.detail });
      return 'doubtful';
    }
    if (saved.outcome === 'conflict') {
      if (!take(O.toUndefined(saved.found), asOf)) return 'lost';
      return saved.doubtful ? 'doubtful' : 'conflict';
    }
    stored = saved.found ?? { ...stored, conversation, rev: stored.rev + 1, writeId };
    settled = Math.max(settled, asOf);
    if (done) lose();
    return 'saved';
  };

  const enqueue = (plan: Plan, reload: boolean): Promise<Applied> =>
    lost
      ? Promise.resolve('lost')
      : new Promise((resolve, reject) => {
          waiting.push({ plan, reload, resolve, reject });
          if (!working) void work();
        });

  const keeper: Keeper = {
    user,
    conversation: () => stored.conversation,
    apply: (plan) => enqueue(plan, false),
    ride: (plan) => {
      riders.push({ plan, reload: false, resolve: noop, reject: noop });
    },
    refresh: () => enqueue(() => [], true),
    isLost: () => lost,
    mayAct: () => !lost && settled === distrusts,
    distrust: () => {
      distrusts += 1;
    },
    backlog: () => waiting.length,
    abandon: lose,
  };
  return keeper;
};
