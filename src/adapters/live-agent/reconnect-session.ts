import * as t from 'io-ts';
import { E } from '../../domain/fp.ts';
import { noAffinity, sessionCall, type SessionAddress } from './call.ts';
import { type ChatCall, type ChatResponse, json, token } from './exchange.ts';
import { membersOf } from './read.ts';
import type { LiveAgentSettings } from './settings.ts';
import { type Setback, setbackOf, unreadable } from './setback.ts';

/** GET System/ReconnectSession: the first step after a failover (protocol notes §7). */

export const what = 'reconnect';

export type Reconnected =
  | {
      readonly kind: 'reconnected';
      readonly affinity: string;
      /** Posts are numbered from 1 again. */
      readonly resets: boolean;
    }
  /** The session had not moved. */
  | { readonly kind: 'no-failover'; readonly detail: string }
  | Setback;

/** `offset`: the last one seen; none was seen before the first event. */
export const createRequest = (
  settings: LiveAgentSettings,
  address: SessionAddress,
  offset: number | string = 0,
): ChatCall =>
  sessionCall(
    settings,
    { ...address, affinity: noAffinity },
    {
      method: 'GET',
      path: `System/ReconnectSession?ReconnectSession.offset=${encodeURIComponent(String(offset))}`,
    },
  );

const envelope = t.type({ messages: t.UnknownArray });
const event = t.type({ type: t.literal('ReconnectSession'), message: t.type({ affinityToken: token }) });

export const handleResponse = (response: ChatResponse): Reconnected => {
  const { status } = response;
  if (status === 405) return { kind: 'no-failover', detail: `${what}: no failover had happened` };
  // here a 503 is the remote's trouble: the failover is known already
  if (status === 503) return { kind: 'trouble', detail: `${what}: ${status}` };
  if (status !== 200) return setbackOf(what, response);
  const decoded = envelope.decode(json(response.text));
  const found = E.isRight(decoded) ? decoded.right.messages.find(event.is) : undefined;
  if (found === undefined) return unreadable(what, response);
  return {
    kind: 'reconnected',
    affinity: found.message.affinityToken,
    resets: membersOf(found.message).resetSequence !== false,
  };
};
