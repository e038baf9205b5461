import { isAmong, settlementsOf, withoutSettled } from '../../domain/chat.ts';
import type { ChatEvent } from '../../domain/chat-event.ts';
import { isPresent, type AgentLane, type ChatLanes } from '../../domain/conversation.ts';
import type { AgentPost, ChatId, Settlement } from '../../domain/effect.ts';
import { E } from '../../domain/fp.ts';
import { contextMaxEntries } from '../../domain/policy.ts';
import { isOwedElsewhere } from '../../domain/to-agent.ts';
import type { Keeper, Plan } from '../conversations/keeper.ts';
import type { AgentDesk, DeskAnswer, PostOutcome, Prepared } from '../ports/agent-desk.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { Turns } from '../ports/turns.port.ts';
import { pause } from '../pause.ts';
import { backoffMs, waitsForNextTry } from '../backoff.ts';
import type { Desks } from './bind-posts.ts';
import { makeInbox, rangeOf } from './inbox.ts';
import { deadline } from '../deadline.ts';
import { refusalsMax } from './judge.ts';
import { inBackground } from './in-background.ts';
import type { Lane, LaneDeps } from './lane.ts';
import type { Pace } from './pace.ts';
import type { RemoteGate, Ticket } from './remote-gate.ts';
import { setAside } from './set-aside.ts';

export interface AgentLaneDeps extends LaneDeps {
  readonly desks: Desks;
  readonly contexts: ContextStore;
  readonly gate: RemoteGate;
  readonly turns: Turns;
  /** Of the posts of all sessions. */
  readonly pace: Pace;
}

export interface AgentLaneWorker extends Lane {
  /** The user may have written something. */
  readonly poke: () => void;
}

/** What the lane needs of the one that hears the same session. */
export interface Hearing {
  /** Cuts the running poll: the next one has other work. */
  readonly interrupt: () => void;
  /** The session is being recovered, which is done by hearing. */
  readonly needed: () => void;
  /** What the desk still holds is wanted now. */
  readonly hurry: () => void;
}

/** A post that has left, and its answer. */
interface Sent {
  readonly adapter: AgentDesk;
  readonly head: AgentPost;
  readonly answer: DeskAnswer;
  readonly ticket: Ticket;
  /** Monotonic, ms. */
  readonly began: number;
}

/** Longest wait for the answer to one post, ms. */
const postTimeoutMs = 15_000;
/** A session that is over may still hold last words of the agent, and tell how it ended: listened for so long, ms. */
const lastWordsMs = 2_000;
/** Messages read at a time. */
const page = 100;

/**
 * Posts to the agent, in order and one at a time (relay.md §3 and §4): the introduction, the user's messages, the end
 * of the session. Each post's number is stored before it leaves; a repeat carries the same.
 */
export const makeAgentLane = (
  deps: AgentLaneDeps,
  keeper: Keeper,
  chatId: ChatId,
  hearing: Hearing,
): AgentLaneWorker => {
  const { clock, contexts, gate, metrics, policy } = deps;
  const { user } = keeper;
  const about = { lane: 'agent', user: user.id };
  const inbox = makeInbox(policy, chatId);
  let busy = false;
  let settling = false;
  /** What the message store knows already, and the conversation still holds. */
  let marked: ReadonlyArray<Settlement> = [];
  let closing = false;
  let later: (() => void) | undefined;
  let listening: AbortController | undefined;
  let trouble = { id: '', failures: 0, since: 0 };
  let readFailures = 0;

  const lanesNow = (): ChatLanes | undefined => keeper.conversation().lanes.chats[chatId];

  const isGoingOn = (): boolean => isPresent(keeper.conversation(), chatId);

  /** Of what was marked, all that the conversation holds as unsettled, or will once the tick of its post is stored. */
  const stillHeld = ({ bound, posts, unsettled }: AgentLane): ReadonlyArray<Settlement> => {
    if (marked.length === 0) return marked;
    return marked.filter(isAmong([...unsettled, ...settlementsOf(posts.slice(0, bound), 'posted')]));
  };

  const begin = (work: () => Promise<void>): void => {
    busy = true;
    inBackground(deps, about, work(), () => {
      busy = false;
      pump();
    });
  };

  const pump = (): void => {
    const lanes = lanesNow();
    if (listening !== undefined && !isWorthHearing()) listening.abort();
    if (lanes === undefined || !keeper.mayAct() || !deps.mayBegin()) return;
    inbox.prune(lanes.agent);
    if (lanes.agent.closing !== undefined && !closing) {
      // what arrived before the end and was not read yet still goes
      closing = true;
      inbox.soil();
    }
    // once the chat is over there may be no next write to wait for: then it is marked once more
    marked = isGoingOn() ? stillHeld(lanes.agent) : [];
    settle(withoutSettled(lanes.agent.unsettled, marked));
    if (busy) return;
    const { agent } = lanes;
    const [head] = agent.posts;
    if (agent.giveUp) begin(abandon);
    else if (agent.introduction === 'due') begin(introduce);
    else if (head !== undefined) pumpPost(lanes, head);
    else if (agent.place === undefined) pull();
  };

  const pumpPost = ({ agent, desk }: ChatLanes, head: AgentPost): void => {
    const adapter = deps.desks.get(desk?.kind ?? '');
    if (desk === undefined || adapter === undefined) return begin(() => giveUp(head, 'no such desk'));
    const now = clock.now();
    if (head.tries >= policy.maxTries || now >= head.bornAt + policy.deliveryDeadlineMs) {
      return begin(() => giveUp(head, keeper.conversation().lastError ?? 'its time is over'));
    }
    // the conversation's own time comes back to it
    if (waitsForNextTry(head.notBefore, now)) return;
    const prepared = prepare(adapter, desk.state, agent);
    if (!prepared.ready) {
      hearing.needed();
      later?.();
      later = clock.after(prepared.pauseMs ?? 1_000, pump);
      return;
    }
    if (agent.bound === 0) return begin(async () => void (await keeper.apply(() => [])));
    const ticket = gate.enter();
    if (ticket === undefined) gate.whenOpen(pump);
    else begin(() => post(adapter, head, ticket).finally(() => gate.unused(ticket)));
  };

  /** A bound head is asked for too: while its session is being recovered nothing may be sent (relay.md §4.5). */
  const prepare = (adapter: AgentDesk, state: unknown, { posts }: AgentLane): Prepared =>
    adapter.prepare(
      state,
      posts.map(({ post }) => post),
      clock.now(),
    );

  // -- reading

  const introduce = async (): Promise<void> => {
    const before = keeper.conversation();
    const upTo = rangeOf(before, chatId)?.from ?? 0;
    const listed = await contexts.list(user, { upTo, newest: contextMaxEntries + 1 })();
    if (E.isLeft(listed)) return afterFailedRead();
    readFailures = 0;
    inbox.soil();
    const entries = listed.right;
    await keeper.apply((conversation) => {
      // an earlier chat's lane has settled some of them, or given them back, while they were read: they are read again
      const isOld = entries.some(
        (entry) => isOwedElsewhere(before, chatId, entry) && !isOwedElsewhere(conversation, chatId, entry),
      );
      return isOld ? [] : [{ type: 'context-read', chatId, at: clock.now(), entries }];
    });
  };

  const afterFailedRead = (): Promise<void> => {
    readFailures += 1;
    return pause(clock, backoffMs(readFailures, deps.ids.random()), deps.rest);
  };

  const pull = (): void => {
    const conversation = keeper.conversation();
    const range = rangeOf(conversation, chatId);
    if (range === undefined) return;
    if (inbox.next(conversation, clock.now()).length > 0) {
      return begin(async () => void (await keeper.apply((now) => inbox.next(now, clock.now()))));
    }
    if (inbox.isDirty()) return begin(() => read(range.from));
    if (range.upTo !== undefined) {
      begin(
        async () => void (await keeper.apply(() => [{ type: 'closing-drained', chatId, at: clock.now() }])),
      );
    }
  };

  const read = async (from: number): Promise<void> => {
    inbox.reading();
    const found = await contexts.untaken(user, from, page)();
    if (E.isLeft(found)) {
      inbox.soil();
      return afterFailedRead();
    }
    readFailures = 0;
    const { right: messages } = found;
    inbox.fill(messages, messages.length >= page);
    const applied = await keeper.apply((conversation) => {
      const at = clock.now();
      return [...inbox.arrivals(conversation, at), ...inbox.next(conversation, at)];
    });
    if (applied === 'saved') inbox.noted();
  };

  const settle = (settlements: ReadonlyArray<Settlement>): void => {
    if (settling || settlements.length === 0) return;
    settling = true;
    inBackground(deps, about, mark(settlements), () => {
      settling = false;
      pump();
    });
  };

  const mark = async (settlements: ReadonlyArray<Settlement>): Promise<void> => {
    for (let failures = 1; !keeper.isLost(); failures += 1) {
      if (E.isRight(await contexts.settle(user, chatId, settlements)())) {
        inbox.settled(settlements);
        await noteSettled(settlements);
        break;
      }
      await pause(clock, backoffMs(failures, deps.ids.random()), deps.halt);
      if (deps.halt.aborted) break;
    }
  };

  /** To mark a message once more does no harm: while the chat goes on there is always a next write to ride on. */
  const noteSettled = async (settlements: ReadonlyArray<Settlement>): Promise<void> => {
    const plan: Plan = () => [{ type: 'settled', chatId, settlements }];
    if (!isGoingOn()) return void (await keeper.apply(plan));
    marked = [...marked, ...settlements];
    keeper.ride(plan);
  };

  // -- posting

  const post = async (adapter: AgentDesk, head: AgentPost, ticket: Ticket): Promise<void> => {
    // the end of a session is never made to wait for a rate
    if (head.post.kind !== 'end' && !(await deps.turns.take(deps.rest))) return pause(clock, 1_000);
    const lanes = lanesNow();
    const isHead = lanes?.agent.bound !== 0 && lanes?.agent.posts[0]?.id === head.id;
    if (!keeper.mayAct() || !deps.mayBegin() || lanes?.desk === undefined || !isHead) return;
    if (!prepare(adapter, lanes.desk.state, lanes.agent).ready) return;
    deps.probe.reached('post-bound');
    const began = clock.monotonic();
    const until = deadline(clock, postTimeoutMs, deps.halt);
    const answer = await adapter.send(lanes.desk.state, until.signal).finally(until.release);
    deps.probe.reached('post-sent');
    // answered: to note it may wait until others' posts have left too, but not when this process is to end
    if (!deps.rest.aborted) await deps.pace();
    const sent: Sent = { adapter, head, answer, ticket, began };
    if (deps.halt.aborted || !isLast(head, await take(sent, 'unheard'))) return;
    // nobody else waits for what is left to hear here
    gate.unused(ticket);
    await lastWords();
    if (!deps.halt.aborted) await take(sent, 'heard');
  };

  /** A 403, or the end of the session delivered: nothing can be posted in it any more. */
  const isLast = ({ post: { kind } }: AgentPost, outcome: PostOutcome['outcome'] | undefined): boolean =>
    outcome === 'session-over' || (outcome === 'delivered' && kind === 'end');

  /** The end was not heard yet, and what the agent says is still shown to the user (ADR 8). */
  const isWorthHearing = (): boolean =>
    keeper.conversation().chat?.id === chatId && lanesNow()?.agent.giveUp === undefined;

  /** Over as soon as the end was heard. */
  const lastWords = async (): Promise<void> => {
    if (!isWorthHearing()) return;
    listening = new AbortController();
    hearing.hurry();
    await pause(clock, lastWordsMs, AbortSignal.any([listening.signal, deps.rest]));
    listening = undefined;
  };

  /**
   * Stores what became of the post; in the same write the next message takes its place. The end of the session is stored
   * once its last words were listened for, with the post given up if it met that end: a process that took over in between
   * could not tell that it never arrived.
   */
  const take = async (
    { adapter, head, answer, ticket, began }: Sent,
    words: 'unheard' | 'heard',
  ): Promise<PostOutcome['outcome'] | undefined> => {
    trouble = head.id === trouble.id ? trouble : { id: head.id, failures: 0, since: began };
    const worksForOthers = gate.workedSince(trouble.since);
    const wait = backoffMs(trouble.failures + 1, deps.ids.random());
    let outcome: PostOutcome | undefined;
    let interrupt = false;
    let delivered: ReadonlyArray<Settlement> = [];
    const applied = keeper.apply((conversation) => {
      const lanes = conversation.lanes.chats[chatId];
      outcome = undefined;
      if (lanes?.desk === undefined || lanes.agent.bound === 0 || lanes.agent.posts[0]?.id !== head.id)
        return [];
      const settled = adapter.settle(lanes.desk.state, answer, clock.now());
      ({ outcome, interrupt } = settled);
      if (words === 'unheard' && isLast(head, outcome.outcome)) return [];
      if (outcome.outcome === 'delivered')
        delivered = settlementsOf(lanes.agent.posts.slice(0, lanes.agent.bound), 'posted');
      const state: ChatEvent = { type: 'desk-state', chatId, state: settled.state };
      if (outcome.outcome === 'session-over')
        return [state, sessionOver(outcome.detail), ...abandoned(lanes)];
      return [state, ...eventsOf(outcome, { worksForOthers, wait })];
    });
    // the desk has it, whatever becomes of the write: the two may share their way to the disk
    settle(delivered);
    await applied;
    if (interrupt) hearing.interrupt();
    // a delivered end was noted before its last words
    if (words === 'unheard' || outcome?.outcome !== 'delivered') note(outcome, head, ticket);
    if (outcome?.outcome === 'refused' && head.tries + 1 >= refusalsMax) await giveUp(head, outcome.detail);
    return outcome?.outcome;
  };

  const eventsOf = (
    outcome: Exclude<PostOutcome, { outcome: 'session-over' }>,
    { worksForOthers, wait }: { readonly worksForOthers: boolean; readonly wait: number },
  ): ReadonlyArray<ChatEvent> => {
    const at = clock.now();
    switch (outcome.outcome) {
      case 'delivered':
        return [
          {
            type: 'posts-delivered',
            chatId,
            at,
            ...(outcome.uncertain ? { uncertain: outcome.uncertain } : {}),
          },
        ];
      case 'refused':
        return [failed(outcome.detail, { at, retryAt: at + wait, counted: true, unknown: false })];
      case 'unknown':
        return [
          failed(outcome.detail, {
            at,
            retryAt: at + Math.max(wait, outcome.pauseMs ?? 0),
            counted: worksForOthers,
            unknown: true,
          }),
        ];
      case 'again':
        return [
          failed(outcome.detail, {
            at,
            retryAt: at + (outcome.pauseMs ?? wait),
            counted: false,
            unknown: false,
          }),
        ];
    }
  };

  const failed = (
    detail: string,
    failure: {
      readonly at: number;
      readonly retryAt: number;
      readonly counted: boolean;
      readonly unknown: boolean;
    },
  ): ChatEvent => ({ type: 'posts-failed', chatId, detail, ...failure });

  const note = (outcome: PostOutcome | undefined, head: AgentPost, ticket: Ticket): void => {
    if (outcome === undefined || outcome.outcome === 'session-over') return;
    if (outcome.outcome === 'delivered') {
      gate.worked(ticket);
      metrics.count('deliveries_total', { lane: 'agent', outcome: 'delivered' });
      metrics.observe('delivery_lag_seconds', Math.max(0, clock.now() - head.bornAt) / 1000, {
        lane: 'agent',
      });
      deps.probe.reached('post-ticked');
      return;
    }
    const isRepair = outcome.outcome === 'again' && outcome.pauseMs === 0;
    if (isRepair || outcome.outcome === 'refused') gate.unused(ticket);
    else gate.troubled(ticket, outcome.pauseMs);
    trouble = { ...trouble, failures: trouble.failures + 1, since: clock.monotonic() };
    metrics.count('delivery_retries_total', { lane: 'agent' });
    deps.log.warn('delivery-failed', {
      lane: 'agent',
      user: user.id,
      effect: head.id,
      detail: outcome.detail,
    });
  };

  // -- giving up

  /** The head leaves the lane for good, and its number is never given to another post. */
  const giveUp = async (head: AgentPost, detail: string): Promise<void> => {
    const at = clock.now();
    // an end that cannot be posted has no message in it: the desk ends the session by its own timeout
    const { agent } = lanesNow() ?? {};
    const going = agent?.posts.slice(0, Math.max(1, agent.bound)) ?? [];
    for (const effect of going.filter(({ post }) => post.kind === 'text')) {
      if (!(await setAside(deps, keeper, { effect, lastError: detail, at }))) return;
      metrics.count('set_aside_total', { lane: 'agent' });
    }
    await keeper.apply((conversation) => {
      const lanes = conversation.lanes.chats[chatId];
      if (lanes?.agent.posts[0]?.id !== head.id) return [];
      const dropped = dropHead(lanes);
      const gone: ChatEvent = { type: 'posts-set-aside', chatId, at, detail };
      return dropped === undefined ? [gone] : [{ type: 'desk-state', chatId, state: dropped }, gone];
    });
  };

  /** The session is over or cut: nobody tries the bound head again. */
  const abandon = async (): Promise<void> => {
    await keeper.apply((conversation) => {
      const lanes = conversation.lanes.chats[chatId];
      return lanes?.agent.giveUp ? abandoned(lanes) : [];
    });
  };

  const abandoned = (lanes: ChatLanes): ReadonlyArray<ChatEvent> => {
    const dropped = dropHead(lanes);
    const gone: ChatEvent = { type: 'posts-abandoned', chatId, at: clock.now() };
    return dropped === undefined ? [gone] : [{ type: 'desk-state', chatId, state: dropped }, gone];
  };

  const sessionOver = (detail: string): ChatEvent => ({
    type: 'desk-told',
    chatId,
    at: clock.now(),
    mark: 0,
    event: { type: 'session-over', detail },
  });

  const dropHead = ({ desk, agent }: ChatLanes): unknown => {
    const adapter = desk === undefined ? undefined : deps.desks.get(desk.kind);
    return desk === undefined || adapter === undefined || agent.bound === 0
      ? undefined
      : adapter.drop(desk.state);
  };

  return {
    pump,
    isBusy: () => busy || settling,
    poke: () => {
      inbox.soil();
      pump();
    },
  };
};
