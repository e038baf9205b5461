import { E, O } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import { userKey } from '../../domain/channel.ts';
import type { ChatStore, OwnerId, StoredConversation } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import type { Probe } from '../ports/probe.port.ts';
import { pause } from '../pause.ts';
import { owesNow, type Keepers } from './keepers.ts';
import type { Watch } from './watch.ts';

/** Takes over what nobody living owns. */
export interface TakeOver {
  /**
   * Looks who lives. When somebody is gone, and from time to time, goes through all that nobody living owns, some at a
   * time, no faster than polls may begin.
   */
  readonly look: () => Promise<void>;
  /** Those at once for which something was stored meanwhile: their turn may be far away. */
  readonly woken: () => Promise<void>;
  /** A pass has met conversations and is not through. */
  readonly isUnderWay: () => boolean;
}

export interface TakeOverDeps {
  readonly self: OwnerId;
  /** The name under which we gave conversations away; ours to take again only when there is nobody else. */
  readonly given: OwnerId;
  readonly store: ChatStore;
  readonly keepers: Keepers;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly metrics: Metrics;
  readonly probe: Probe;
  readonly mayBegin: () => boolean;
  readonly pollStartPerSecond: number;
  readonly leaseMs: number;
  readonly stopping: AbortSignal;
}

const pageSize = 100;
/** Take-overs under way at once. */
const atOnce = 20;
/** Those that are gone whose wakes are asked for in one interval. */
const goneAtOnce = 8;
/** What a slow store cost is made up for by a burst of so much time's polls at most, ms. */
const burstMs = 1_000;

export const makeTakeOver = (deps: TakeOverDeps): TakeOver => {
  const { clock, given, keepers, leaseMs, mayBegin, self, store, watch } = deps;
  /** Owners that are gone, with conversations that are not all taken yet. */
  const gone = new Set<OwnerId>();
  let dueAt = -Infinity;
  /** The last time that all was gone through: when, and who was there. */
  let done: { readonly at: number; readonly present: ReadonlyArray<OwnerId> } | undefined;

  const takeOne = async ({
    conversation: { user },
    owner,
    epoch,
  }: StoredConversation): Promise<'taken' | 'not' | 'unknown'> => {
    if (O.isNone(owner)) return 'not';
    const taken = await store.takeOver(user, { owner: owner.value, epoch }, self)();
    if (E.isLeft(taken)) {
      keepers.doubt(user);
      return 'unknown';
    }
    // somebody else was faster; or it came too late: it is free again when we are released
    if (O.isNone(taken.right) || !mayBegin()) return 'not';
    deps.metrics.count('takeovers_total');
    deps.probe.reached('taken-over');
    // whatever stands at the head of a lane may have been sent by the one before
    const isInDoubt = owesNow(taken.right.value.conversation);
    keepers.adopt(taken.right.value, isInDoubt ? () => [{ type: 'recovered' }] : undefined);
    return 'taken';
  };

  /** In any order: who takes over beside us begins elsewhere. */
  const takeAll = async (all: ReadonlyArray<StoredConversation>): Promise<void> => {
    const left = all.map((one) => ({ one, place: deps.ids.random() })).sort((a, b) => a.place - b.place);
    while (left.length > 0 && mayBegin()) {
      const outcomes = await Promise.all(left.splice(0, atOnce).map(({ one }) => takeOne(one)));
      const taken = outcomes.filter((outcome) => outcome === 'taken').length;
      const now = clock.monotonic();
      dueAt = Math.max(dueAt, now - burstMs) + (taken * 1000) / deps.pollStartPerSecond;
      if (dueAt > now) await pause(clock, dueAt - now, deps.stopping);
    }
  };

  /** Who is not to be replaced. */
  const others = async (): Promise<ReadonlyArray<OwnerId> | undefined> => {
    const living = await watch.living();
    for (const id of living ?? []) gone.delete(id);
    return living === undefined || living.length === 1 ? living : [...living, given];
  };

  /** Answers whether it came to the end. */
  const goThrough = async (atFirst: ReadonlyArray<OwnerId>): Promise<boolean> => {
    let present = atFirst;
    let after: string | undefined;
    while (mayBegin()) {
      const page = await store.ownedByOthers(present, {
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      })();
      if (E.isLeft(page)) return false;
      const last = page.right.at(-1);
      if (last === undefined) return true;
      // whoever began meanwhile has written its heartbeat before it owned anything
      const now = await others();
      if (now === undefined) return false;
      const orphans = page.right.filter(({ owner }) => O.isSome(owner) && !now.includes(owner.value));
      for (const { owner } of orphans) if (O.isSome(owner)) gone.add(owner.value);
      await takeAll(orphans);
      if (page.right.length < pageSize) return mayBegin();
      present = now;
      after = userKey(last.conversation.user);
    }
    return false;
  };

  const look = async (): Promise<void> => {
    const began = clock.monotonic();
    const present = await others();
    if (present === undefined) return;
    const isThere = (id: OwnerId): boolean => present.includes(id);
    // what somebody gave away, and what a lost answer left, waits for the next round
    if (done !== undefined && began - done.at < leaseMs / 3 && done.present.every(isThere)) return;
    done = (await goThrough(present)) ? { at: began, present } : undefined;
    gone.clear();
  };

  const takeWoken = async (user: User): Promise<void> => {
    const found = await store.load(user)();
    const stored = E.isRight(found) ? O.toUndefined(found.right) : undefined;
    const isGone = stored !== undefined && O.isSome(stored.owner) && gone.has(stored.owner.value);
    const outcome = isGone ? await takeOne(stored) : E.isLeft(found) ? 'unknown' : 'not';
    // its wake was cleared for us
    if (outcome === 'unknown') await store.wake(user)();
  };

  return {
    look,
    woken: async () => {
      for (const owner of [...gone].slice(0, goneAtOnce)) {
        if (!mayBegin()) return;
        const woken = await store.woken(owner)();
        if (E.isLeft(woken)) continue;
        const left = [...woken.right];
        while (left.length > 0) await Promise.all(left.splice(0, atOnce).map(takeWoken));
      }
    },
    isUnderWay: () => gone.size > 0,
  };
};
