import type { EffectLane } from '../../domain/chat-event.ts';
import type { User } from '../../domain/channel.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { BotState, Upload, UserText } from '../../domain/effect.ts';
import { E, type TaskEither } from '../../domain/fp.ts';
import type { Keeper } from '../conversations/keeper.ts';
import type { MediaFailure } from '../ports/case-files.port.ts';
import type { RemoteFailure } from '../ports/errors.ts';
import type { Turns } from '../ports/turns.port.ts';
import { pause } from '../pause.ts';
import { backoffMs } from '../backoff.ts';
import { judge, type Judgement } from './judge.ts';
import { deadline } from '../deadline.ts';
import { inBackground } from './in-background.ts';
import type { Lane, LaneDeps } from './lane.ts';
import type { RemoteGate, Ticket } from './remote-gate.ts';
import { setAside } from './set-aside.ts';

type Deliverable = UserText | BotState | Upload;

/** What one kind of lane does with the effect at its head. */
export interface EffectLaneSpec<T extends Deliverable> {
  readonly lane: EffectLane;
  readonly head: (conversation: Conversation) => T | undefined;
  /** `now`: ms since 1970. */
  readonly isDue: (conversation: Conversation, head: T, now: number) => boolean;
  readonly gate: RemoteGate;
  readonly turns?: Turns;
  readonly timeoutMs: number;
  /** The remote knows a repeat by its id: an unknown outcome is repeated without doubt. */
  readonly recognisesRepeats: (user: User) => boolean;
  readonly deliver: (
    user: User,
    head: T,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure | MediaFailure, string | void>;
}

interface Outcome {
  readonly failure: RemoteFailure | MediaFailure;
  readonly judgement: Judgement;
  readonly counted: boolean;
}

/**
 * Delivers the effects of a lane in order (relay.md §4): each is stored before it is sent and ticked off after; after
 * an unknown outcome it is sent again; what cannot be delivered is set aside, and the next one goes on.
 */
export const makeEffectLane =
  <T extends Deliverable>(deps: LaneDeps, spec: EffectLaneSpec<T>) =>
  (keeper: Keeper): Lane => {
    const { clock, metrics, policy } = deps;
    const { lane, gate } = spec;
    let busy = false;
    /** Failures of the present head in a row, and when the first of them was (monotonic). */
    let trouble = { id: '', failures: 0, since: 0 };

    const pump = (): void => {
      if (busy || !keeper.mayAct() || !deps.mayBegin()) return;
      const conversation = keeper.conversation();
      const head = spec.head(conversation);
      if (head === undefined) return;
      const now = clock.now();
      if (isHopeless(head, now))
        return begin(() => giveUp(head, conversation.lastError ?? 'its time is over'));
      if (!spec.isDue(conversation, head, now)) return;
      const ticket = gate.enter();
      if (ticket === undefined) gate.whenOpen(pump);
      else begin(() => attempt(head, ticket).finally(() => gate.unused(ticket)));
    };

    const begin = (work: () => Promise<void>): void => {
      busy = true;
      inBackground(deps, { lane, user: keeper.user.id }, work(), () => {
        busy = false;
        pump();
      });
    };

    /** Its tries were used up before a restart, or its time is over. */
    const isHopeless = (head: T, now: number): boolean =>
      head.tries >= policy.maxTries || now >= head.bornAt + policy.deliveryDeadlineMs;

    const attempt = async (head: T, ticket: Ticket): Promise<void> => {
      if (spec.turns !== undefined && !(await spec.turns.take(deps.rest))) return pause(clock, 1_000);
      // withdrawn, taken over or out of its lease while it waited for its turn
      if (!keeper.mayAct() || !deps.mayBegin() || spec.head(keeper.conversation())?.id !== head.id) return;
      if (head.unknown && !spec.recognisesRepeats(keeper.user)) {
        deps.log.warn('delivery-uncertain', { lane, user: keeper.user.id, effect: head.id });
        metrics.count('uncertain_total', { lane });
      }
      deps.probe.reached('effect-due');
      const began = clock.monotonic();
      const until = deadline(clock, spec.timeoutMs, deps.halt);
      const outcome = await spec.deliver(keeper.user, head, until.signal)().finally(until.release);
      deps.probe.reached('effect-sent');
      if (E.isRight(outcome)) {
        gate.worked(ticket);
        return delivered(head, outcome.right);
      }
      return failed(head, outcome.left, ticket, began);
    };

    const delivered = async (head: T, title: string | void): Promise<void> => {
      const at = clock.now();
      metrics.count('deliveries_total', { lane, outcome: 'delivered' });
      metrics.observe('delivery_lag_seconds', Math.max(0, at - head.bornAt) / 1000, { lane });
      await keeper.apply(() => [
        { type: 'effect-done', lane, id: head.id, at, ...(typeof title === 'string' ? { title } : {}) },
      ]);
    };

    const failed = async (
      head: T,
      failure: RemoteFailure | MediaFailure,
      ticket: Ticket,
      began: number,
    ): Promise<void> => {
      if (deps.halt.aborted) return;
      trouble = head.id === trouble.id ? trouble : { id: head.id, failures: 0, since: began };
      const outcome = weigh(head, failure);
      report(outcome.judgement, ticket);
      trouble = { ...trouble, failures: trouble.failures + 1, since: clock.monotonic() };
      metrics.count('delivery_retries_total', { lane });
      deps.log.warn('delivery-failed', {
        lane,
        user: keeper.user.id,
        effect: head.id,
        detail: failure.detail,
      });
      const { judgement, counted } = outcome;
      const usedUp = counted && head.tries + 1 >= judgement.allowedTries;
      return judgement.final || usedUp ? giveUp(head, failure.detail) : tryLater(head, outcome);
    };

    const weigh = (head: T, failure: RemoteFailure | MediaFailure): Outcome => {
      const worksForOthers = gate.workedSince(trouble.since);
      const judgement = judge(failure, { worksForOthers, maxTries: policy.maxTries });
      return { failure, judgement, counted: judgement.allowedTries > 0 };
    };

    const report = ({ trouble: isTrouble, retryAfterMs }: Judgement, ticket: Ticket): void => {
      if (isTrouble) gate.troubled(ticket, retryAfterMs);
      else gate.unused(ticket);
    };

    const tryLater = async (head: T, { failure, judgement, counted }: Outcome): Promise<void> => {
      const at = clock.now();
      const wait = Math.max(backoffMs(trouble.failures, deps.ids.random()), judgement.retryAfterMs ?? 0);
      await keeper.apply(() => [
        {
          type: 'effect-failed',
          lane,
          id: head.id,
          at,
          retryAt: at + wait,
          counted,
          unknown: judgement.unknown,
          detail: failure.detail,
        },
      ]);
    };

    /** Into the operators' hands first, then out of the lane: a crash in between only repeats the first. */
    const giveUp = async (head: T, detail: string): Promise<void> => {
      if (!(await setAside(deps, keeper, { effect: head, lastError: detail, at: clock.now() }))) return;
      metrics.count('set_aside_total', { lane });
      await keeper.apply(() => [{ type: 'effect-set-aside', lane, id: head.id, at: clock.now(), detail }]);
    };

    return { pump, isBusy: () => busy };
  };
