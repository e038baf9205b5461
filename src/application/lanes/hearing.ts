import type { ChatEvent } from '../../domain/chat-event.ts';
import { isOpen, type Conversation } from '../../domain/conversation.ts';
import type { DeskEvent } from '../../domain/desk-event.ts';
import type { ChatId } from '../../domain/effect.ts';
import type { Arrival } from '../../domain/message.ts';
import { E } from '../../domain/fp.ts';
import type { Keeper } from '../conversations/keeper.ts';
import type { Absorbed, AgentDesk, DeskSignal } from '../ports/agent-desk.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import { pause } from '../pause.ts';
import { backoffMs } from '../backoff.ts';
import type { Desks } from './bind-posts.ts';
import type { LaneDeps } from './lane.ts';
import type { Pace } from './pace.ts';

export interface HearingDeps extends LaneDeps {
  readonly desks: Desks;
  readonly contexts: ContextStore;
  /** Of the polls of all sessions. */
  readonly pace: Pace;
}

/** Hears one session of the desk, batch after batch; what was heard is stored before the next batch is asked for. */
export interface HearingWorker {
  /** Begins or ends to hear, as the conversation stands. */
  readonly pump: () => void;
  readonly interrupt: () => void;
  /** A session that only drains has to be recovered first. */
  readonly needed: () => void;
  /** The next poll begins at once, whatever it waits for: the session is about to be given up. */
  readonly hurry: () => void;
  readonly stop: () => void;
  readonly isBusy: () => boolean;
}

/** A transfer may be the first that is heard of an agent. */
const joins = ({ type }: DeskEvent): boolean => type === 'agent-joined' || type === 'agent-transferred';

/** Longest pause between two polls that went wrong, ms (relay.md §4.5). */
const longestPollPauseMs = 10_000;
/** Texts to the user that wait, from which on polling pauses, and for how long at most (relay.md §4.6). */
const crowd = 80;
const crowdPauseMs = 30_000;

export const makeHearing = (deps: HearingDeps, keeper: Keeper, chatId: ChatId): HearingWorker => {
  const { clock, policy } = deps;
  let running: AbortController | undefined;
  let storing = false;
  let stopped = false;
  let recovering = false;
  let hurried = false;
  let held: { readonly by: 'crowd' | 'back-off'; readonly release: () => void } | undefined;

  /**
   * While the chat is open, and while it still has something to say: polls keep the session alive. And until the agent
   * knows of the end, since what is said before that is still shown to the user (ADR 8).
   */
  const isWanted = (conversation: Conversation): boolean => {
    const { chat, lanes } = conversation;
    const own = lanes.chats[chatId];
    if (own?.desk === undefined) return false;
    const isAccepted = chat?.id === chatId && chat.acceptedAt !== undefined;
    if (isOpen(chat) && chat.id === chatId) return isAccepted;
    const { posts, closing, place } = own.agent;
    const isDraining =
      closing !== undefined || place !== undefined || posts.some(({ post }) => post.kind === 'text');
    return isDraining || ((recovering || isAccepted) && posts.length > 0);
  };

  const mayHear = (): boolean =>
    !stopped && keeper.mayAct() && deps.mayBegin() && isWanted(keeper.conversation());

  const pump = (): void => {
    if (held?.by === 'crowd' && !isCrowded(keeper.conversation())) held.release();
    if (running !== undefined) {
      if (!isWanted(keeper.conversation())) running.abort();
    } else if (mayHear()) {
      void hear().catch((thrown: unknown) => {
        deps.log.error('hearing-failed', { user: keeper.user.id, error: thrown });
        running = undefined;
        clock.after(1_000, pump);
      });
    }
  };

  const hear = async (): Promise<void> => {
    let heardAt = clock.monotonic();
    let failures = 0;
    while (mayHear()) {
      running = new AbortController();
      if (isCrowded(keeper.conversation()) && !isInRecovery())
        await hold('crowd', crowdPauseMs, running.signal);
      await deps.pace();
      hurried = false;
      // much may have changed in the meantime
      if (!mayHear()) break;
      // what was to be cut has not begun
      if (running.signal.aborted) running = new AbortController();
      const own = keeper.conversation().lanes.chats[chatId];
      const desk = deps.desks.get(own?.desk?.kind ?? '');
      if (own?.desk === undefined || desk === undefined) break;
      // a session may fall silent in the middle of a poll
      const silentAt = heardAt + policy.sessionSilenceMs;
      const cancel = clock.after(Math.max(0, silentAt - clock.monotonic()), () => running?.abort());
      const signal = await desk.receive(own.desk.state, running.signal).finally(cancel);
      if (stopped || keeper.isLost()) break;
      const absorbed = await store(desk, signal);
      const now = clock.monotonic();
      if (absorbed.heard) heardAt = now;
      failures = absorbed.trouble === undefined ? 0 : failures + 1;
      if (absorbed.trouble !== undefined)
        deps.log.debug('poll-failed', { user: keeper.user.id, detail: absorbed.trouble });
      if (now - heardAt >= policy.sessionSilenceMs) {
        heardAt = now;
        await keeper.apply(() => [{ type: 'desk-silent', chatId, at: clock.now() }]);
      }
      const wait = failures === 0 ? 0 : backoffMs(failures, deps.ids.random(), longestPollPauseMs);
      const untilSilent = Math.max(0, heardAt + policy.sessionSilenceMs - clock.monotonic());
      await hold('back-off', Math.min(Math.max(absorbed.pauseMs, wait), untilSilent), running.signal);
    }
    running = undefined;
  };

  /** One write for everything that the batch says; an answer without news costs none. */
  const store = async (desk: AgentDesk, signal: DeskSignal): Promise<Absorbed> => {
    const read = (conversation: Conversation): Absorbed | undefined => {
      const state = conversation.lanes.chats[chatId]?.desk?.state;
      return state === undefined ? undefined : desk.absorb(state, signal, clock.now());
    };
    const first = read(keeper.conversation());
    if (first === undefined) return { state: undefined, events: [], pauseMs: 0, heard: true };
    const before = keeper.conversation().lanes.chats[chatId]?.desk?.state;
    if (first.state === before && first.events.length === 0 && first.head === undefined) return first;
    deps.probe.reached('events-received');
    storing = true;
    try {
      const mark = first.events.some(joins) ? await markNow() : 0;
      if (mark === undefined) return first;
      let absorbed = first;
      await keeper.apply((conversation) => {
        absorbed = read(conversation) ?? first;
        return eventsOf(conversation, absorbed, mark);
      });
      for (const event of absorbed.events) {
        deps.metrics.count('desk_events_total', { type: event.type });
        if (event.type === 'unrecognised')
          deps.log.info('desk-event-unrecognised', { user: keeper.user.id, kind: event.kind });
      }
      deps.probe.reached('events-stored');
      return absorbed;
    } finally {
      storing = false;
    }
  };

  const eventsOf = (
    conversation: Conversation,
    absorbed: Absorbed,
    mark: number,
  ): ReadonlyArray<ChatEvent> => {
    const at = clock.now();
    const own = conversation.lanes.chats[chatId];
    if (own?.desk === undefined) return [];
    const events: ChatEvent[] = [];
    if (absorbed.state !== own.desk.state) events.push({ type: 'desk-state', chatId, state: absorbed.state });
    if (absorbed.head === 'delivered') events.push({ type: 'posts-delivered', chatId, at });
    if (absorbed.head === 'untaken') events.push({ type: 'posts-untaken', chatId });
    for (const event of absorbed.events) events.push({ type: 'desk-told', chatId, at, mark, event });
    return events;
  };

  /** What arrives from here on was written after the agent had joined. Undefined: the batch is left to the next owner. */
  const markNow = async (): Promise<Arrival | undefined> => {
    for (let failures = 1; ; failures += 1) {
      const mark = await deps.contexts.mark()();
      if (E.isRight(mark)) return mark.right;
      if (keeper.isLost() || stopped) return undefined;
      await pause(clock, backoffMs(failures, deps.ids.random()));
    }
  };

  /** A session that is not recovered in time is gone: what it brings meanwhile goes to the overflow. */
  const isInRecovery = (): boolean => {
    const lanes = keeper.conversation().lanes.chats[chatId];
    const desk = deps.desks.get(lanes?.desk?.kind ?? '');
    if (lanes?.desk === undefined || desk === undefined) return false;
    const posts = lanes.agent.posts.map(({ post }) => post);
    const prepared = desk.prepare(
      lanes.desk.state,
      posts.length === 0 ? [{ kind: 'end' }] : posts,
      clock.now(),
    );
    return !prepared.ready && prepared.pauseMs === undefined;
  };

  const isCrowded = ({ lanes, overflow }: Conversation): boolean =>
    lanes.user.length >= crowd || overflow.count > 0;

  const hold = async (by: 'crowd' | 'back-off', ms: number, signal: AbortSignal): Promise<void> => {
    if (ms === 0 || hurried) return;
    const waiting = new AbortController();
    held = { by, release: () => waiting.abort() };
    await pause(clock, ms, AbortSignal.any([signal, waiting.signal]));
    held = undefined;
  };

  const hurry = (): void => {
    hurried = true;
    held?.release();
  };

  return {
    pump,
    interrupt: () => running?.abort(),
    needed: () => {
      recovering = true;
      if (held?.by === 'crowd') hurry();
      pump();
    },
    hurry,
    stop: () => {
      stopped = true;
      running?.abort();
    },
    isBusy: () => storing,
  };
};
