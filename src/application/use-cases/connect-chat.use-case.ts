import { cleanPhone } from '../../domain/phone.ts';
import { chooseFlow, type ChosenFlow, type SourceFlows } from '../../domain/source-flow.ts';
import { isOpen, isPresent, type Chat } from '../../domain/conversation.ts';
import type { ChatEvent } from '../../domain/chat-event.ts';
import { E, O, type Either } from '../../domain/fp.ts';
import type { Application, ConnectChat, ConnectChatError, ConnectStep } from '../application.ts';
import type { Plan } from '../conversations/keeper.ts';
import type { Keepers } from '../conversations/keepers.ts';
import type { Desks } from '../lanes/bind-posts.ts';
import { deadline } from '../deadline.ts';
import type { AgentDesk, ChatRequest, DeskState } from '../ports/agent-desk.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { CaseRequest, Contact, ContactQuery, Crm } from '../ports/crm.port.ts';
import { storeUnavailable, type RemoteFailure } from '../ports/errors.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Probe } from '../ports/probe.port.ts';

/** What a deployment decides about connects (configuration.md). */
export interface ConnectSettings {
  readonly flows: SourceFlows;
  /** Member of extraData that names the flow. */
  readonly sourceFlowField: string;
  /** Country codes taken off a phone number before the search, in the order of trying. */
  readonly phoneCodes: ReadonlyArray<string>;
  readonly checkAvailability: boolean;
  /** Desk of the flows that name none. */
  readonly defaultDesk: string;
  readonly connectTimeoutMs: number;
}

export interface ConnectDeps {
  readonly keepers: Keepers;
  readonly contexts: ContextStore;
  readonly crm: Crm;
  readonly desks: Desks;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly probe: Probe;
  readonly settings: ConnectSettings;
}

/** One connect under way. */
interface Attempt {
  readonly command: ConnectChat;
  readonly chatId: string;
  readonly flow: ChosenFlow;
  readonly desk: AgentDesk;
  readonly signal: AbortSignal;
}

/** A step that went wrong, with what is known by then and still has to be stored. */
interface Failed {
  readonly error: ConnectChatError;
  readonly known?: Plan;
  /** The case was asked for, and the answer lost. */
  readonly caseUnknown?: boolean;
}

type Step<A> = Promise<Either<Failed, A>>;

/**
 * Hands a user over to a human agent (relay.md §2): reserves the user, finds or makes contact and case, asks the desk
 * for a chat. Each result is stored before the step that builds on it; whatever goes wrong after the reservation
 * leaves the chat `failed`, its session ended and its case for the user's next connect.
 */
export const makeConnectChat =
  (deps: ConnectDeps): Application['connectChat'] =>
  (command) =>
  async () => {
    const { settings, clock } = deps;
    const flow = chooseFlow(
      settings.flows,
      command.extraData[settings.sourceFlowField],
      command.user.provider,
    );
    const desk = deps.desks.get(flow?.desk ?? settings.defaultDesk);
    if (flow === undefined || desk === undefined) return failUnrouted(deps, command);
    const until = deadline(clock, settings.connectTimeoutMs);
    const attempt: Attempt = { command, chatId: deps.ids.chatId(), flow, desk, signal: until.signal };
    const reserved = await reserve(deps, attempt);
    if (E.isLeft(reserved)) {
      until.release();
      return reserved;
    }
    const outcome = await connect(deps, attempt, reserved.right).finally(until.release);
    return E.isRight(outcome) ? outcome : failConnect(deps, attempt, outcome.left);
  };

const stepFailed = (
  step: ConnectStep,
  why: 'error' | 'busy' | 'timeout',
  retryAfterMs?: number,
): ConnectChatError => ({
  _tag: 'ConnectStepFailed',
  step,
  why,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** How the caller is told of a remote's failure (http-api.md, POST /v1/chats/connect). */
const failureOf = (step: ConnectStep, failure: RemoteFailure): ConnectChatError => {
  switch (failure._tag) {
    case 'RemoteRefused':
    case 'RemoteError':
    case 'NotConfigured':
      return stepFailed(step, 'error');
    case 'RemoteBusy':
      return stepFailed(step, 'busy', failure.retryAfterMs);
    case 'RemoteUnreachable':
      return stepFailed(step, 'busy');
    case 'RemoteTimeout':
      return stepFailed(step, 'timeout');
    case 'LoginFailed':
      return stepFailed('login', failure.refused ? 'error' : 'busy', failure.retryAfterMs);
  }
};

const nothing: Plan = () => [];

const finished: Failed = { error: { _tag: 'ChatFinished' } };

// -- the steps

/** What earlier chats leave to this one. */
type Reserved = Pick<Chat, 'caseId' | 'contactId' | 'lookForCaseSince'> & {
  readonly servedCases: ReadonlyArray<string>;
};

/** Tries against other connects of the user that begin and end meanwhile. */
const reserveTries = 3;

const reserve = async (
  { keepers, contexts, clock, probe }: ConnectDeps,
  { command, chatId, flow, signal }: Attempt,
): Promise<Either<ConnectChatError, Reserved>> => {
  const { user, profile } = command;
  for (let tries = 0; tries < reserveTries && !signal.aborted; tries += 1) {
    const seen = await keepers.amend(user, nothing);
    if (E.isLeft(seen)) return seen;
    const former = seen.right.chat;
    if (isOpen(former)) return E.left({ _tag: 'ChatExists' });
    // marked after the end of the former chat: what arrived before that is never a message to both agents
    const mark = await contexts.mark()();
    if (E.isLeft(mark)) return mark;
    const reserved = await keepers.amend(user, ({ chat }) =>
      isOpen(chat) || chat?.id !== former?.id || signal.aborted
        ? []
        : [{ type: 'reserved', chatId, at: clock.now(), mark: mark.right, profile, flow: flow.key }],
    );
    if (E.isLeft(reserved)) return reserved;
    const { chat, servedCases = {} } = reserved.right;
    if (chat?.id === chatId) {
      probe.reached('reserved');
      return E.right({ ...chat, servedCases: Object.values(servedCases) });
    }
    if (isOpen(chat)) return E.left({ _tag: 'ChatExists' });
  }
  const detail = signal.aborted ? 'no answer in time' : 'too many others connect this user';
  return E.left(storeUnavailable(detail));
};

const connect = async (
  deps: ConnectDeps,
  attempt: Attempt,
  chat: Reserved,
): Promise<Either<Failed, void>> => {
  const loggedIn = await asStep(deps, attempt, 'login', deps.crm.login(attempt.signal)());
  if (E.isLeft(loggedIn)) return loggedIn;
  const available = await checkAvailability(deps, attempt);
  if (E.isLeft(available)) return available;
  const contactId = await contactOf(deps, attempt, chat);
  if (E.isLeft(contactId)) return contactId;
  const session = await openCaseAndSession(deps, attempt, chat, contactId.right);
  if (E.isLeft(session)) return session;
  return requestChat(deps, attempt, contactId.right, session.right);
};

/** The remote's answer, unless the chat has been finished meanwhile: then no further step begins. */
const asStep = async <A>(
  { keepers, log }: ConnectDeps,
  { command, chatId }: Attempt,
  step: ConnectStep,
  answer: Promise<Either<RemoteFailure, A>>,
): Step<A> => {
  const result = await answer;
  if (E.isLeft(result)) {
    log.warn('connect-step-failed', {
      step,
      user: command.user.id,
      chat: chatId,
      detail: result.left.detail,
    });
    return E.left({ error: failureOf(step, result.left) });
  }
  const conversation = await keepers.amend(command.user, () => []);
  if (E.isLeft(conversation)) return E.left({ error: conversation.left });
  return isPresent(conversation.right, chatId) ? E.right(result.right) : E.left(finished);
};

const checkAvailability = async (deps: ConnectDeps, attempt: Attempt): Step<void> => {
  if (!deps.settings.checkAvailability) return E.right(undefined);
  const asked = attempt.desk.available(attempt.flow.buttonId, attempt.signal)();
  const available = await asStep(deps, attempt, 'availability', asked);
  if (E.isLeft(available)) return available;
  return available.right ? E.right(undefined) : E.left({ error: { _tag: 'NoAgents' } });
};

const queryOf = ({ settings }: ConnectDeps, { profile, extraData }: ConnectChat): ContactQuery => ({
  email: profile.email,
  extraData,
  ...(profile.phoneNumber === undefined || profile.phoneNumber === ''
    ? {}
    : { phone: cleanPhone(profile.phoneNumber, settings.phoneCodes) }),
});

const contactOf = async (deps: ConnectDeps, attempt: Attempt, chat: Reserved): Step<string> => {
  const query = queryOf(deps, attempt.command);
  const search = deps.crm.findContact(query, attempt.signal)();
  const found = await asStep(deps, attempt, 'contact search', search);
  if (E.isLeft(found)) return found;
  const contact = O.toUndefined<Contact>(found.right);
  if (contact?.blocked) return E.left({ error: { _tag: 'ContactBlocked' } });
  if (contact !== undefined) return E.right(contact.id);
  // made by a connect that failed, and not to be found yet
  if (chat.contactId !== undefined) return E.right(chat.contactId);
  const { name } = attempt.command.profile;
  const creation = deps.crm.createContact({ ...query, name }, attempt.signal)();
  return asStep(deps, attempt, 'contact creation', creation);
};

/** Both at the same time; what came back is stored before the desk is asked for a chat. */
const openCaseAndSession = async (
  deps: ConnectDeps,
  attempt: Attempt,
  chat: Reserved,
  contactId: string,
): Step<{ readonly caseId: string; readonly state: DeskState }> => {
  const { command, chatId, desk, signal } = attempt;
  const request = caseRequest(attempt, contactId);
  const lent = chat.contactId === contactId ? chat.caseId : undefined;
  const earlier =
    lent === undefined ? await earlierCase(deps, attempt, chat, request) : E.right(O.some(lent));
  if (E.isLeft(earlier)) return earlier;
  const [made, opened] = await Promise.all([
    O.isSome(earlier.right)
      ? E.right<RemoteFailure, string>(earlier.right.value)
      : deps.crm.createCase(request, signal)(),
    desk.openSession(signal)(),
  ]);
  const at = deps.clock.now();
  const events: ChatEvent[] = [{ type: 'contact-found', chatId, contactId }];
  if (E.isRight(made)) events.push({ type: 'case-made', chatId, caseId: made.right, at });
  if (E.isRight(opened)) {
    const state = E.isRight(made) ? desk.requesting(opened.right) : opened.right;
    events.push(sessionOpened(attempt, state, at));
  }
  const known: Plan = () => events;
  if (E.isLeft(made)) return E.left(stepFailure(deps, attempt, 'case creation', made.left, known));
  deps.probe.reached('case-made');
  if (E.isLeft(opened)) return E.left(stepFailure(deps, attempt, 'chat session', opened.left, known));
  const stored = await deps.keepers.amend(command.user, known);
  if (E.isLeft(stored)) return E.left({ error: stored.left, known });
  deps.probe.reached('session-stored');
  return isPresent(stored.right, chatId)
    ? E.right({ caseId: made.right, state: desk.requesting(opened.right) })
    : E.left(finished);
};

const stepFailure = (
  { log }: ConnectDeps,
  { command, chatId }: Attempt,
  step: ConnectStep,
  failure: RemoteFailure,
  known: Plan = nothing,
): Failed => {
  log.warn('connect-step-failed', { step, user: command.user.id, chat: chatId, detail: failure.detail });
  return {
    error: failureOf(step, failure),
    known,
    caseUnknown: step === 'case creation' && !failure.certain,
  };
};

const caseRequest = ({ command, flow }: Attempt, contactId: string): CaseRequest => ({
  contactId,
  provider: command.user.provider,
  subject: flow.subject,
  extraData: command.extraData,
  ...(flow.ownerId === undefined ? {} : { ownerId: flow.ownerId }),
});

/** A case that an earlier connect may have made without hearing of it; by clocks that differ it may be an older one. */
const earlierCase = async (
  deps: ConnectDeps,
  attempt: Attempt,
  { lookForCaseSince, servedCases }: Reserved,
  request: CaseRequest,
): Step<O.Option<string>> => {
  if (lookForCaseSince === undefined) return E.right(O.none);
  const search = deps.crm.findCase(request, lookForCaseSince, attempt.signal)();
  const found = await asStep(deps, attempt, 'case creation', search);
  if (E.isLeft(found)) return found;
  return E.right(O.filter<string>((caseId) => !servedCases.includes(caseId))(found.right));
};

const requestChat = async (
  deps: ConnectDeps,
  attempt: Attempt,
  contactId: string,
  { caseId, state }: { readonly caseId: string; readonly state: DeskState },
): Step<void> => {
  const { command, chatId, desk, flow, signal } = attempt;
  const request: ChatRequest = {
    provider: command.user.provider,
    buttonId: flow.buttonId,
    visitorName: command.profile.name,
    caseId,
    contactId,
  };
  const first = await desk.requestChat(state, request, signal)();
  const expired = E.isLeft(first) && first.left._tag === 'SessionExpired';
  const again = expired ? await reopen(deps, attempt, request) : undefined;
  if (again !== undefined && E.isLeft(again)) return again;
  const taken = again?.right.taken ?? first;
  const used = again?.right.state ?? state;
  if (E.isLeft(taken)) {
    const { left } = taken;
    if (left._tag !== 'SessionExpired') return E.left(stepFailure(deps, attempt, 'chat request', left));
    return E.left({ error: stepFailed('chat request', 'error') });
  }
  deps.probe.reached('chat-requested');
  // over the state as it stands by then: a finish meanwhile has bound the end of the session into it
  const known: Plan = ({ chat, lanes }) => {
    const present = lanes.chats[chatId]?.desk;
    const at = deps.clock.now();
    if (present !== undefined)
      return [{ type: 'request-taken', chatId, at, state: desk.requested(present.state) }];
    // finished, ended and forgotten before the desk took it: there is a chat to be ended after all. One that was taken
    // before has gone its way: this is a repeat of a write whose answer was lost
    const isNews = chat?.id === chatId && chat.acceptedAt === undefined;
    return isNews ? [sessionOpened(attempt, desk.requested(used), at)] : [];
  };
  const stored = await deps.keepers.amend(command.user, known);
  if (E.isLeft(stored)) return E.left({ error: stored.left, known });
  return isPresent(stored.right, chatId) ? E.right(undefined) : E.left(finished);
};

type Taken = Awaited<ReturnType<ReturnType<AgentDesk['requestChat']>>>;

/** The session died before it was used: one new one, once, unless it died of a finish. */
const reopen = async (
  deps: ConnectDeps,
  attempt: Attempt,
  request: ChatRequest,
): Step<{ readonly taken: Taken; readonly state: DeskState }> => {
  const { command, chatId, desk, signal } = attempt;
  const present = await deps.keepers.amend(command.user, nothing);
  if (E.isLeft(present)) return E.left({ error: present.left });
  if (!isPresent(present.right, chatId)) return E.left(finished);
  const opened = await desk.openSession(signal)();
  if (E.isLeft(opened)) return E.left(stepFailure(deps, attempt, 'chat session', opened.left));
  const state = desk.requesting(opened.right);
  const known: Plan = () => [sessionOpened(attempt, state, deps.clock.now())];
  const stored = await deps.keepers.amend(command.user, known);
  if (E.isLeft(stored)) return E.left({ error: stored.left, known });
  if (!isPresent(stored.right, chatId)) return E.left(finished);
  return E.right({ taken: await desk.requestChat(state, request, signal)(), state });
};

const sessionOpened = ({ chatId, desk }: Attempt, state: DeskState, at: number): ChatEvent => ({
  type: 'session-opened',
  chatId,
  at,
  desk: { kind: desk.kind, sessionId: desk.sessionId(state), state },
});

// -- the end of a failed one

/** No flow leads this user to a desk: the chat fails at once, and the bot takes the user up again. */
const failUnrouted = async (
  { keepers, contexts, clock, ids, log }: ConnectDeps,
  { user, profile }: ConnectChat,
): Promise<Either<ConnectChatError, void>> => {
  log.error('no-flow-for-connect', { provider: user.provider });
  const mark = await contexts.mark()();
  if (E.isLeft(mark)) return mark;
  const chatId = ids.chatId();
  const at = clock.now();
  const failed = await keepers.amend(user, ({ chat }) =>
    isOpen(chat)
      ? []
      : [
          { type: 'reserved', chatId, at, mark: mark.right, profile, flow: 'default' },
          { type: 'connect-failed', chatId, at, reason: 'connect-failed', caseUnknown: false },
        ],
  );
  if (E.isLeft(failed)) return failed;
  return E.left(
    failed.right.chat?.id === chatId ? stepFailed('chat session', 'error') : { _tag: 'ChatExists' },
  );
};

/** One write makes the chat `failed`, with its effects. Answers what the caller is told. */
const failConnect = async (
  { keepers, clock, log }: ConnectDeps,
  { command, chatId }: Attempt,
  { error, known = nothing, caseUnknown = false }: Failed,
): Promise<Either<ConnectChatError, void>> => {
  const failed = await keepers.amend(command.user, (conversation) => [
    ...known(conversation),
    // finished meanwhile: what came back is stored all the same, and its session ends
    ...(isPresent(conversation, chatId)
      ? [{ type: 'connect-failed' as const, chatId, at: clock.now(), reason: reasonOf(error), caseUnknown }]
      : []),
  ]);
  if (E.isLeft(failed)) {
    // its reservation times out, and says the same
    log.error('connect-failure-not-stored', {
      user: command.user.id,
      chat: chatId,
      detail: failed.left.detail,
    });
    return E.left(error);
  }
  const { chat } = failed.right;
  if (chat?.id !== chatId) return E.left(error);
  // the desk has taken it, and that could be stored after all
  if (isOpen(chat) && chat.acceptedAt !== undefined) return E.right(undefined);
  return E.left(chat.reason === 'finished' ? { _tag: 'ChatFinished' } : error);
};

const reasonOf = (
  error: ConnectChatError,
): 'blocked' | 'no-agents' | 'connect-timeout' | 'connect-failed' => {
  if (error._tag === 'ContactBlocked') return 'blocked';
  if (error._tag === 'NoAgents') return 'no-agents';
  return error._tag === 'ConnectStepFailed' && error.why === 'timeout' ? 'connect-timeout' : 'connect-failed';
};
