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
 * an unknown outcome it is sent again; what cannot be delivered is set aside, and the next one goes on. A class, since
 * each of ten thousand chats that wait has three of them.
 */
export class EffectLaneWorker<T extends Deliverable> implements Lane {
  readonly #deps: LaneDeps;
  readonly #spec: EffectLaneSpec<T>;
  readonly #keeper: Keeper;
  #busy = false;
  /** Failures of the present head in a row, and when the first of them was (monotonic). */
  #trouble = { id: '', failures: 0, since: 0 };

  constructor(deps: LaneDeps, spec: EffectLaneSpec<T>, keeper: Keeper) {
    this.#deps = deps;
    this.#spec = spec;
    this.#keeper = keeper;
  }

  isBusy(): boolean {
    return this.#busy;
  }

  readonly pump = (): void => {
    const { clock, mayBegin } = this.#deps;
    const { gate, head: headOf, isDue } = this.#spec;
    if (this.#busy || !this.#keeper.mayAct() || !mayBegin()) return;
    const conversation = this.#keeper.conversation();
    const head = headOf(conversation);
    if (head === undefined) return;
    const now = clock.now();
    if (this.#isHopeless(head, now))
      return this.#begin(() => this.#giveUp(head, conversation.lastError ?? 'its time is over'));
    if (!isDue(conversation, head, now)) return;
    const ticket = gate.enter();
    if (ticket === undefined) gate.whenOpen(this.pump);
    else this.#begin(() => this.#attempt(head, ticket).finally(() => gate.unused(ticket)));
  };

  #begin(work: () => Promise<void>): void {
    this.#busy = true;
    inBackground(this.#deps, { lane: this.#spec.lane, user: this.#keeper.user.id }, work(), () => {
      this.#busy = false;
      this.pump();
    });
  }

  /** Its tries were used up before a restart, or its time is over. */
  #isHopeless(head: T, now: number): boolean {
    const { maxTries, deliveryDeadlineMs } = this.#deps.policy;
    return head.tries >= maxTries || now >= head.bornAt + deliveryDeadlineMs;
  }

  async #attempt(head: T, ticket: Ticket): Promise<void> {
    const { clock, halt, log, mayBegin, metrics, probe, rest } = this.#deps;
    const { deliver, gate, lane, recognisesRepeats, timeoutMs, turns } = this.#spec;
    const keeper = this.#keeper;
    if (turns !== undefined && !(await turns.take(rest))) return pause(clock, 1_000);
    // withdrawn, taken over or out of its lease while it waited for its turn
    if (!keeper.mayAct() || !mayBegin() || this.#spec.head(keeper.conversation())?.id !== head.id) return;
    if (head.unknown && !recognisesRepeats(keeper.user)) {
      log.warn('delivery-uncertain', { lane, user: keeper.user.id, effect: head.id });
      metrics.count('uncertain_total', { lane });
    }
    probe.reached('effect-due');
    const began = clock.monotonic();
    const until = deadline(clock, timeoutMs, halt);
    const outcome = await deliver(keeper.user, head, until.signal)().finally(until.release);
    probe.reached('effect-sent');
    if (E.isLeft(outcome)) return this.#failed(head, outcome.left, ticket, began);
    gate.worked(ticket);
    return this.#delivered(head, outcome.right);
  }

  async #delivered(head: T, title: string | void): Promise<void> {
    const { clock, metrics } = this.#deps;
    const { lane } = this.#spec;
    const at = clock.now();
    metrics.count('deliveries_total', { lane, outcome: 'delivered' });
    metrics.observe('delivery_lag_seconds', Math.max(0, at - head.bornAt) / 1000, { lane });
    await this.#keeper.apply(() => [
      { type: 'effect-done', lane, id: head.id, at, ...(typeof title === 'string' ? { title } : {}) },
    ]);
  }

  async #failed(
    head: T,
    failure: RemoteFailure | MediaFailure,
    ticket: Ticket,
    began: number,
  ): Promise<void> {
    const { clock, halt, log, metrics } = this.#deps;
    const { lane } = this.#spec;
    if (halt.aborted) return;
    if (head.id !== this.#trouble.id) this.#trouble = { id: head.id, failures: 0, since: began };
    const outcome = this.#weigh(head, failure);
    this.#report(outcome.judgement, ticket);
    this.#trouble = { ...this.#trouble, failures: this.#trouble.failures + 1, since: clock.monotonic() };
    metrics.count('delivery_retries_total', { lane });
    log.warn('delivery-failed', {
      lane,
      user: this.#keeper.user.id,
      effect: head.id,
      detail: failure.detail,
    });
    const { judgement, counted } = outcome;
    const usedUp = counted && head.tries + 1 >= judgement.allowedTries;
    return judgement.final || usedUp ? this.#giveUp(head, failure.detail) : this.#tryLater(head, outcome);
  }

  #weigh(head: T, failure: RemoteFailure | MediaFailure): Outcome {
    const worksForOthers = this.#spec.gate.workedSince(this.#trouble.since);
    const judgement = judge(failure, { worksForOthers, maxTries: this.#deps.policy.maxTries });
    return { failure, judgement, counted: judgement.allowedTries > 0 };
  }

  #report({ trouble, retryAfterMs }: Judgement, ticket: Ticket): void {
    const { gate } = this.#spec;
    if (trouble) gate.troubled(ticket, retryAfterMs);
    else gate.unused(ticket);
  }

  async #tryLater(head: T, { failure, judgement, counted }: Outcome): Promise<void> {
    const { clock, ids } = this.#deps;
    const { lane } = this.#spec;
    const at = clock.now();
    const wait = Math.max(backoffMs(this.#trouble.failures, ids.random()), judgement.retryAfterMs ?? 0);
    await this.#keeper.apply(() => [
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
  }

  /** Into the operators' hands first, then out of the lane: a crash in between only repeats the first. */
  async #giveUp(head: T, detail: string): Promise<void> {
    const { clock, metrics } = this.#deps;
    const { lane } = this.#spec;
    if (!(await setAside(this.#deps, this.#keeper, { effect: head, lastError: detail, at: clock.now() })))
      return;
    metrics.count('set_aside_total', { lane });
    await this.#keeper.apply(() => [
      { type: 'effect-set-aside', lane, id: head.id, at: clock.now(), detail },
    ]);
  }
}
