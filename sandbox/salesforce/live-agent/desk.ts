import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../../support/json.ts';
import { type ChatEvent, isOpen, isOver } from './chat.ts';
import type { ChatServer } from './server.ts';
import type { Session } from './session.ts';

const geoLocation = {
  countryCode: 'MX',
  countryName: 'Mexico',
  region: '09',
  city: 'Mexico City',
  organization: 'Example Carrier',
  latitude: 19.43,
  longitude: -99.13,
};

const url = 'https://desk.example.com/';

/** Routing and the agents' side of each chat: what the console does becomes events for the visitor's client. */
export class Desk {
  readonly #server: ChatServer;

  constructor(server: ChatServer) {
    this.#server = server;
  }

  /** ChasitorInit was taken; how it goes on is told by events. */
  request(session: Session, init: JsonObject): void {
    const { settings, timers } = this.#server;
    session.init = init;
    session.caseId = prechatValue(init, 'CaseId');
    session.contactId = prechatValue(init, 'ContactId');
    session.state = 'requested';
    session.started();
    this.#server.changed(session, 'requested', session.visitorName);
    if (init.isPost !== true) return this.#soon(() => this.fail(session, 'NoPost'));
    if (!this.#canRoute(session)) return this.#soon(() => this.fail(session, 'Unavailable'));
    if (settings.queue === 'automatic') timers.after(settings.queueDelayMs, () => this.queue(session));
  }

  /** ChatRequestSuccess: routed to agents, accepted by none yet. */
  queue(session: Session): void {
    if (session.state !== 'requested') return;
    const { settings, timers } = this.#server;
    session.state = 'queued';
    session.queuePosition = settings.queuePosition;
    session.emit(
      event('ChatRequestSuccess', {
        queuePosition: settings.queuePosition,
        estimatedWaitTime: settings.estimatedWaitTime,
        geoLocation,
        url,
        oref: url,
        postChatUrl: '',
        customDetails: session.init?.prechatDetails ?? [],
        visitorId: randomUUID(),
        connectionTimeout: settings.connectionTimeoutMs,
        sensitiveDataRules: [],
        transcriptSaveEnabled: false,
      }),
    );
    this.#server.changed(session, 'queued');
    const { autoAccept } = settings;
    if (autoAccept !== undefined)
      timers.after(autoAccept.afterMs, () => this.accept(session, autoAccept.name));
  }

  /** Told only to clients that asked for queue updates. */
  setPosition(session: Session, position: number, estimatedWaitTime = -1): void {
    if (session.state !== 'queued') return;
    session.queuePosition = position;
    if (session.init?.receiveQueueUpdates === true) {
      session.emit(event('QueueUpdate', { position, estimatedWaitTime }));
    }
    this.#server.changed(session, 'position', String(position));
  }

  /** An agent takes the chat, a queued one or one whose agent was lost. With `greeting`, the button's auto-greeting. */
  accept(session: Session, name: string, greeting?: string): void {
    if (!isOpen(session.state)) return;
    if (session.state === 'requested') this.queue(session);
    session.state = 'established';
    this.#join(session, name);
    const events = [event('ChatEstablished', { ...this.#agentMessage(session), items: [] })];
    if (greeting !== undefined) events.push(this.#line(session, greeting));
    session.emit(...events);
    this.#server.changed(session, 'accepted', name);
  }

  /** Several texts come to the client in one batch. */
  say(session: Session, texts: ReadonlyArray<string>): void {
    if (session.state !== 'established') return;
    session.emit(...texts.map((text) => this.#line(session, text)));
    for (const text of texts) this.#server.changed(session, 'agent-said', text);
  }

  typing(session: Session, on: boolean): void {
    if (session.state !== 'established') return;
    session.emit(event(on ? 'AgentTyping' : 'AgentNotTyping', {}));
    this.#server.changed(session, 'agent-typing', on ? 'typing' : 'not typing');
  }

  transfer(session: Session, name: string): void {
    if (session.state !== 'established') return;
    this.#join(session, name);
    session.addLine('system', name, '');
    session.emit(event('ChatTransferred', this.#agentMessage(session)));
    this.#server.changed(session, 'transferred', name);
  }

  /** The agent's connection is lost; the chat lives on. */
  loseAgent(session: Session): void {
    if (session.state !== 'established') return;
    session.agentConnected = false;
    session.emit(event('AgentDisconnect', {}));
    this.#server.changed(session, 'agent-lost', session.agent);
  }

  end(session: Session, reason: string): void {
    if (!isOpen(session.state)) return;
    session.emit(event('ChatEnded', { reason }));
    session.finish('ended', reason);
    this.#server.over(session, 'ended', reason);
  }

  fail(session: Session, reason: string): void {
    if (!isOpen(session.state)) return;
    session.emit(event('ChatRequestFail', { reason, postChatUrl: '' }));
    session.finish('failed', reason);
    this.#server.over(session, 'failed', reason);
  }

  /** After the visitor's own ChatEnd one more poll gets ChatEnded. */
  endByVisitor(session: Session): void {
    this.end(session, 'client');
  }

  inject(session: Session, events: ReadonlyArray<ChatEvent>): void {
    if (isOver(session.state)) return;
    session.emit(...events);
    this.#server.changed(session, 'injected', events.map(({ type }) => type).join(', '));
  }

  #canRoute({ init, buttonId }: Session): boolean {
    const overrides = Array.isArray(init?.buttonOverrides) ? init.buttonOverrides.map(String) : [];
    const targets = overrides.length > 0 ? overrides : [buttonId ?? ''];
    return targets.some((target) => this.#server.isAvailable(target));
  }

  #soon(work: () => void): void {
    this.#server.timers.after(this.#server.settings.queueDelayMs, work);
  }

  #join(session: Session, name: string): void {
    session.agent = name;
    session.agentUserId = agentId(name);
    session.agentConnected = true;
  }

  #agentMessage({ agent, agentUserId }: Session): JsonObject {
    return {
      name: agent,
      userId: agentUserId,
      sneakPeekEnabled: false,
      chasitorIdleTimeout: this.#server.settings.chasitorIdleTimeout,
    };
  }

  #line(session: Session, text: string): ChatEvent {
    const { agent = '', agentUserId } = session;
    session.addLine('agent', agent, text);
    return event('ChatMessage', {
      text,
      name: agent,
      agentId: agentUserId,
      schedule: { responseDelayMilliseconds: 0 },
    });
  }
}

const event = (type: string, message: JsonObject): ChatEvent => ({ type, message });

/** The same agent has the same user id in every chat. */
const agentId = (name: string): string => {
  const hash = Array.from(name).reduce(
    (sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 1e10,
    7,
  );
  return `005${String(hash).padStart(12, '0')}`;
};

const prechatValue = (init: JsonObject, label: string): string | undefined => {
  if (!Array.isArray(init.prechatDetails)) return undefined;
  const found: unknown = init.prechatDetails.find((item: unknown) => isObject(item) && item.label === label);
  return isObject(found) && typeof found.value === 'string' ? found.value : undefined;
};
