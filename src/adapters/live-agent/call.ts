import type { ChatCall } from './exchange.ts';
import type { LiveAgentSettings } from './settings.ts';

/** What addresses a session: its pod (without `/chat/rest`), and the two secrets that belong to it. */
export interface SessionAddress {
  readonly base: string;
  readonly key: string;
  readonly affinity: string;
}

/** System/SessionId and System/ReconnectSession want these four letters (protocol notes §1). */
export const noAffinity = 'null';

const url = (base: string, path: string): string => `${base}/chat/rest/${path}`;

const version = ({ apiVersion }: LiveAgentSettings): Readonly<Record<string, string>> => ({
  'X-LIVEAGENT-API-VERSION': String(apiVersion),
});

/** A call before there is a session. */
export const openCall = (
  settings: LiveAgentSettings,
  base: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ChatCall => ({ method: 'GET', url: url(base, path), headers: { ...version(settings), ...headers } });

export const sessionCall = (
  settings: LiveAgentSettings,
  { base, key, affinity }: SessionAddress,
  call: {
    readonly method: ChatCall['method'];
    readonly path: string;
    readonly body?: unknown;
    /** X-LIVEAGENT-SEQUENCE. */
    readonly number?: number;
  },
): ChatCall => ({
  method: call.method,
  url: url(base, call.path),
  headers: {
    ...version(settings),
    'X-LIVEAGENT-AFFINITY': affinity,
    'X-LIVEAGENT-SESSION-KEY': key,
    ...(call.number === undefined ? {} : { 'X-LIVEAGENT-SEQUENCE': String(call.number) }),
    ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
  },
  ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
});
