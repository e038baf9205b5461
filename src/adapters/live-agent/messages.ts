import * as t from 'io-ts';
import { E } from '../../domain/fp.ts';
import { sessionCall, type SessionAddress } from './call.ts';
import { type ChatCall, type ChatResponse, json } from './exchange.ts';
import { membersOf, textOf, wholeOf } from './read.ts';
import type { LiveAgentSettings } from './settings.ts';
import { type Setback, setbackOf, unreadable } from './setback.ts';

/** GET System/Messages: the long poll (protocol notes §4). */

export const what = 'poll';

export type Heard =
  | {
      readonly kind: 'batch';
      readonly sequence: number;
      /** Opaque; only with events. */
      readonly offset?: number | string;
      readonly messages: ReadonlyArray<unknown>;
    }
  | { readonly kind: 'nothing' }
  | Setback;

export const createRequest = (settings: LiveAgentSettings, address: SessionAddress, ack: number): ChatCall =>
  sessionCall(settings, address, { method: 'GET', path: `System/Messages?ack=${ack}` });

const envelope = t.type({ messages: t.UnknownArray, sequence: t.unknown });

export const handleResponse = (response: ChatResponse): Heard => {
  if (response.status === 204) return { kind: 'nothing' };
  if (response.status !== 200) return setbackOf(what, response);
  const body = json(response.text);
  const decoded = envelope.decode(body);
  if (E.isLeft(decoded)) return unreadable(what, response);
  const { messages } = decoded.right;
  // the first one is 0, so that a missing one may not become it
  const sequence = wholeOf(decoded.right.sequence);
  if (sequence === undefined) return unreadable(what, response);
  const offset = messages.length === 0 ? undefined : offsetOf(membersOf(body).offset);
  return { kind: 'batch', sequence, messages, ...(offset === undefined ? {} : { offset }) };
};

const offsetOf = (value: unknown): number | string | undefined => {
  const offset = wholeOf(value) ?? textOf(value);
  return offset === 0 || (typeof offset === 'string' && !/^[\w.:-]{1,100}$/u.test(offset))
    ? undefined
    : offset;
};
