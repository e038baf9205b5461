import * as t from 'io-ts';
import type { DeskEvent, IdleTimer } from '../../domain/desk-event.ts';
import { membersOf, secondsOf, textOf, wholeOf } from './read.ts';

/** The desk's events (protocol notes §8), read leniently: odd ones become `unrecognised`, nothing throws. */

export type BatchItem = DeskEvent | { readonly type: 'session-data'; readonly data: unknown };

const envelope = t.type({ type: t.string });

/** In the order of the batch. */
export const readBatch = (messages: ReadonlyArray<unknown>): ReadonlyArray<BatchItem> => {
  const events = messages.map((item) =>
    envelope.is(item)
      ? { type: item.type, message: (item as { readonly message?: unknown }).message }
      : { type: '?', message: undefined },
  );
  // a reconnect may turn the two around: the indicator must not stay on
  const stopsTyping = events.some(({ type }) => type === 'AgentNotTyping');
  return events.flatMap(({ type, message }) =>
    stopsTyping && type === 'AgentTyping' ? [] : readEvent(type, message),
  );
};

const readEvent = (type: string, message: unknown): ReadonlyArray<BatchItem> => {
  const members = membersOf(message);
  switch (type) {
    case 'ChatRequestSuccess': {
      const position = wholeOf(members.queuePosition);
      return [
        { type: 'request-accepted', ...(position === undefined ? {} : { position }), ...wait(members) },
      ];
    }
    case 'ChatRequestFail':
      return [{ type: 'request-failed', reason: reason(members) }];
    case 'QueueUpdate': {
      const position = wholeOf(members.position);
      return position === undefined
        ? unrecognised(type)
        : [{ type: 'queue-updated', position, ...wait(members) }];
    }
    case 'ChatEstablished':
      return [{ type: 'agent-joined', ...agent(members) }];
    case 'ChatTransferred':
      return [{ type: 'agent-transferred', ...agent(members) }];
    case 'ChatMessage': {
      const text = textOf(members.text);
      return text === undefined ? unrecognised(type) : [{ type: 'agent-said', text }];
    }
    case 'AgentTyping':
      return [{ type: 'agent-typing' }];
    case 'AgentDisconnect':
      return [{ type: 'agent-away' }];
    case 'ChatEnded':
      return [{ type: 'chat-ended', reason: reason(members) }];
    case 'ChasitorSessionData':
      return [{ type: 'session-data', data: message }];
    case 'AgentNotTyping':
    case 'NewVisitorBreadcrumb':
      return [];
    default:
      return unrecognised(type);
  }
};

/** Labels a metric and a log line: a word, and a short one. */
const unrecognised = (type: string): ReadonlyArray<BatchItem> => [
  { type: 'unrecognised', kind: /^\w{1,60}$/u.test(type) ? type : '?' },
];

/** Kept with the chat, so that they must stay short. */
const word = (value: unknown): string | undefined => textOf(value)?.slice(0, 200);

const reason = (members: Readonly<Record<string, unknown>>): string => word(members.reason) ?? 'unknown';

/** -1: the desk does not know. */
const wait = ({
  estimatedWaitTime,
}: Readonly<Record<string, unknown>>): { readonly estimatedWaitSeconds?: number } => {
  const ms = secondsOf(estimatedWaitTime);
  return ms === undefined ? {} : { estimatedWaitSeconds: ms / 1000 };
};

const agent = (
  members: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly idle?: IdleTimer } => {
  const idle = idleTimer(members);
  return { name: word(members.name) ?? '', ...(idle === undefined ? {} : { idle }) };
};

/** Documents write `chasitorIdletimeout`, servers `chasitorIdleTimeout`; its numbers are seconds. */
const idleTimer = (members: Readonly<Record<string, unknown>>): IdleTimer | undefined => {
  const timer = membersOf(members.chasitorIdleTimeout ?? members.chasitorIdletimeout);
  const endAfterMs = secondsOf(timer.timeout);
  if (timer.isEnabled !== true || endAfterMs === undefined || endAfterMs === 0) return undefined;
  return { warnAfterMs: secondsOf(timer.warningTime) ?? 0, endAfterMs };
};
