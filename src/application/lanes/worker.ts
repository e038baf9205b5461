import { decide, wakeAt } from '../../domain/chat.ts';
import { isOpen } from '../../domain/conversation.ts';
import { botStateDueAt } from '../../domain/lanes.ts';
import type { BotState, ChatId, Upload, UserText } from '../../domain/effect.ts';
import { E } from '../../domain/fp.ts';
import type { Keeper } from '../conversations/keeper.ts';
import type { BotChannel } from '../ports/bot-channel.port.ts';
import type { BotFlow } from '../ports/bot-flow.port.ts';
import type { CaseFiles } from '../ports/case-files.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { Turns } from '../ports/turns.port.ts';
import { pause } from '../pause.ts';
import { makeAgentLane, type AgentLaneWorker } from './agent-lane.ts';
import { waitsForNextTry } from '../backoff.ts';
import type { Desks } from './bind-posts.ts';
import { EffectLaneWorker, type EffectLaneSpec } from './effect-lane.ts';
import { makeHearing, type HearingWorker } from './hearing.ts';
import type { Lane, LaneDeps } from './lane.ts';
import { makePace } from './pace.ts';
import type { RemoteGate } from './remote-gate.ts';

/** Carries out what one owned conversation owes: its lanes, its polls, its deadlines. */
export interface Worker {
  /** After each saved change, and when the process may go on. */
  readonly pump: () => void;
  /** The user may have written something. */
  readonly poke: () => void;
  /** Begins nothing more, and cuts the poll. What is in flight ends by itself. */
  readonly stop: () => void;
  readonly isBusy: () => boolean;
}

export interface Gates {
  readonly channel: RemoteGate;
  readonly botFlow: RemoteGate;
  readonly files: RemoteGate;
  readonly desk: RemoteGate;
}

export interface WorkerDeps extends LaneDeps {
  readonly desks: Desks;
  readonly contexts: ContextStore;
  readonly channel: BotChannel;
  readonly botFlow: BotFlow;
  readonly files: CaseFiles;
  readonly gates: Gates;
  /** Messages to the channel; posts to the desk. */
  readonly turns: { readonly channel: Turns; readonly desk: Turns };
}

interface ChatWorker {
  readonly agent: AgentLaneWorker;
  readonly files: Lane;
  readonly hearing: HearingWorker;
}

/** Longest that one text or bot state may take, and one file with its download, ms. */
const sendTimeoutMs = 15_000;
const fileTimeoutMs = 120_000;
/** A look at the clock at least so often: the wall clock may jump, timers do not. */
const longestSleepMs = 300_000;
/** An open chat's messages are kept from the sweep for another day at least so often (context-store.port.ts, `keep`). */
const keepEveryMs = 12 * 60 * 60_000;
/** Until a time that has come is looked at again, where what it asks for has to wait for something else. */
const blockedSleepMs = 1_000;
/** Spilled texts that come back at a time. */
const refillPage = 20;

/** What all workers have in common is made once: there is one for each open chat. */
export const makeWorker = (deps: WorkerDeps): ((keeper: Keeper) => Worker) => {
  const { clock, policy } = deps;
  const forAgent = { ...deps, gate: deps.gates.desk, turns: deps.turns.desk, pace: makePace(clock) };
  const forHearing = { ...deps, pace: makePace(clock) };
  const [texts, states, files] = [userTexts(deps), botStates(deps), uploads(deps)];

  return (keeper) => {
    const chats = new Map<ChatId, ChatWorker>();
    const userLane = new EffectLaneWorker(deps, texts, keeper);
    const botLane = new EffectLaneWorker(deps, states, keeper);
    let refilling = false;
    let stopped = false;
    let keptAt: number | undefined;
    /** `at`: monotonic. */
    let timer: { readonly at: number; readonly cancel: () => void } | undefined;
    let hasLooked = false;

    const chatWorker = (chatId: ChatId): ChatWorker => {
      const hearing = makeHearing(forHearing, keeper, chatId);
      const agent = makeAgentLane(forAgent, keeper, chatId, hearing);
      return { agent, hearing, files: new EffectLaneWorker(deps, filesOf(files, chatId), keeper) };
    };

    const pump = (): void => {
      if (stopped || keeper.isLost()) return;
      userLane.pump();
      botLane.pump();
      const present = keeper.conversation().lanes.chats;
      for (const [chatId, worker] of chats) {
        if (present[chatId] !== undefined || worker.agent.isBusy()) continue;
        worker.hearing.stop();
        chats.delete(chatId);
      }
      for (const chatId of Object.keys(present)) {
        const worker = chats.get(chatId) ?? chatWorker(chatId);
        chats.set(chatId, worker);
        worker.agent.pump();
        worker.files.pump();
        worker.hearing.pump();
      }
      if (keeper.conversation().lanes.user.length === 0 && keeper.conversation().overflow.count > 0) refill();
      sleep();
    };

    const refill = (): void => {
      if (refilling) return;
      refilling = true;
      void refillOnce()
        .catch((thrown: unknown) => {
          deps.log.error('lane-failed', { lane: 'overflow', user: keeper.user.id, error: thrown });
          return pause(clock, 1_000);
        })
        .finally(() => {
          refilling = false;
          pump();
        });
    };

    const refillOnce = async (): Promise<void> => {
      const { taken, next } = keeper.conversation().overflow;
      const found = await deps.store.spilled(keeper.user, taken, refillPage)();
      // beyond `next` lies what was spilled for a write that never came to be
      const effects = E.isRight(found) ? found.right.filter(({ order }) => order < next) : [];
      if (effects.length > 0) {
        await keeper.apply(() => [{ type: 'refilled', effects }]);
        // what stays behind is never read again: it lies below the mark
        await deps.store.unspill(keeper.user, keeper.conversation().overflow.taken)();
      } else await pause(clock, 1_000);
    };

    const sleep = (): void => {
      const due = wakeAt(policy, keeper.conversation());
      const ms = due === undefined ? longestSleepMs : due - clock.now();
      // what came due under the one before waits no longer: that one may not have lived long either
      const wait = ms > 0 ? Math.min(ms, longestSleepMs) : hasLooked ? blockedSleepMs : 0;
      const at = clock.monotonic() + wait;
      // a time that has come is not put off by whatever goes on meanwhile
      if (ms <= 0 && timer !== undefined && timer.at <= at) return;
      timer?.cancel();
      const ring = (): void => {
        timer = undefined;
        if (ms >= longestSleepMs) void lookAgain();
        else wake();
      };
      timer = { at, cancel: clock.after(wait, ring) };
    };

    /** Whoever changed the conversation may have died before it told us. */
    const lookAgain = async (): Promise<void> => {
      if (stopped || keeper.isLost()) return;
      await keeper.refresh();
      for (const { agent } of chats.values()) agent.poke();
      wake();
    };

    const keepMessages = (): void => {
      const { chat } = keeper.conversation();
      if (!isOpen(chat) || clock.now() - (keptAt ?? chat.requestedAt) < keepEveryMs) return;
      keptAt = clock.now();
      void deps.contexts.keep(keeper.user, chat.mark)();
    };

    const wake = (): void => {
      if (stopped || keeper.isLost()) return;
      hasLooked = true;
      keepMessages();
      const event = { type: 'time-passed', at: clock.now() } as const;
      const conversation = keeper.conversation();
      if (decide(policy)(conversation, event).conversation === conversation) return pump();
      void keeper
        .apply(() => [{ type: 'time-passed', at: clock.now() }])
        .catch((thrown: unknown) => {
          deps.log.error('time-failed', { user: keeper.user.id, error: thrown });
        });
    };

    return {
      pump,
      poke: () => {
        for (const { agent } of chats.values()) agent.poke();
      },
      stop: () => {
        stopped = true;
        timer?.cancel();
        for (const { hearing } of chats.values()) hearing.stop();
      },
      isBusy: () =>
        userLane.isBusy() ||
        botLane.isBusy() ||
        Array.from(chats.values()).some(
          ({ agent, files, hearing }) => agent.isBusy() || files.isBusy() || hearing.isBusy(),
        ),
    };
  };
};

const userTexts = ({ channel, gates, turns }: WorkerDeps): EffectLaneSpec<UserText> => ({
  lane: 'user',
  head: ({ lanes }) => lanes.user[0],
  isDue: (_, { notBefore }, now) => !waitsForNextTry(notBefore, now),
  gate: gates.channel,
  turns: turns.channel,
  timeoutMs: sendTimeoutMs,
  recognisesRepeats: ({ provider }) => channel.recognisesRepeats(provider),
  deliver: (user, { id, text }, deadline) => channel.sendText(user, { id, text }, deadline),
});

const botStates = ({ botFlow, gates }: WorkerDeps): EffectLaneSpec<BotState> => ({
  lane: 'bot',
  head: ({ lanes }) => lanes.bot[0],
  isDue: (conversation, _, now) => (botStateDueAt(conversation) ?? 0) <= now,
  gate: gates.botFlow,
  timeoutMs: sendTimeoutMs,
  recognisesRepeats: () => false,
  deliver: (user, { state, botSlug }, deadline) => botFlow.moveTo(user, { state, botSlug }, deadline),
});

const uploads = ({ files, gates }: WorkerDeps): Omit<EffectLaneSpec<Upload>, 'head'> => ({
  lane: 'files',
  isDue: (_, { notBefore }, now) => !waitsForNextTry(notBefore, now),
  gate: gates.files,
  timeoutMs: fileTimeoutMs,
  recognisesRepeats: () => false,
  deliver: (_, upload, deadline) => files.attach(upload, deadline),
});

const filesOf = (spec: ReturnType<typeof uploads>, chatId: ChatId): EffectLaneSpec<Upload> => ({
  ...spec,
  head: ({ lanes }) => lanes.chats[chatId]?.files[0],
});
