import type { DeskPost } from '../../application/ports/agent-desk.port.ts';
import { sessionCall, type SessionAddress } from './call.ts';
import { type ChatCall, type ChatResponse, described, isOverLimit, isSuccess } from './exchange.ts';
import type { LiveAgentSettings } from './settings.ts';

/** POST Chasitor/ChatMessage and Chasitor/ChatEnd, numbered by X-LIVEAGENT-SEQUENCE (protocol notes §5). */

export type PostResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly detail: string }
  /** It may have been taken. */
  | { readonly kind: 'unknown'; readonly detail: string }
  /** It was surely not taken. */
  | { readonly kind: 'not-taken'; readonly detail: string; readonly pauseMs?: number }
  /** Another number was expected; `last` is the one that was taken last. */
  | { readonly kind: 'out-of-sync'; readonly last: number; readonly detail: string }
  /** The chat hopped to another server. `certain`: this post was surely not taken. */
  | { readonly kind: 'affinity-lost'; readonly certain: boolean; readonly detail: string }
  | { readonly kind: 'session-over'; readonly detail: string };

export const what = ({ kind }: DeskPost): string =>
  kind === 'text' ? 'text to the agent' : 'end of the chat';

export const createRequest = (
  settings: LiveAgentSettings,
  address: SessionAddress,
  post: DeskPost,
  number: number,
): ChatCall =>
  sessionCall(settings, address, {
    method: 'POST',
    number,
    ...(post.kind === 'text'
      ? { path: 'Chasitor/ChatMessage', body: { text: post.text } }
      : { path: 'Chasitor/ChatEnd', body: { reason: 'client' } }),
  });

export const handleResponse = (name: string, response: ChatResponse): PostResult => {
  const { status, text, retryAfterMs } = response;
  if (isSuccess(response)) return { kind: 'taken' };
  const detail = described(name, response);
  if (isOverLimit(response) || status === 401) {
    return { kind: 'not-taken', detail, ...(retryAfterMs === undefined ? {} : { pauseMs: retryAfterMs }) };
  }
  if (status === 403) return { kind: 'session-over', detail };
  if (status === 503) return { kind: 'affinity-lost', certain: /affinity/iu.test(text), detail };
  const last = lastTaken(response);
  if (last !== undefined) return { kind: 'out-of-sync', last, detail };
  return status >= 400 && status < 500 && status !== 408 && status !== 409
    ? { kind: 'refused', detail }
    : { kind: 'unknown', detail };
};

/** `Out of sync Ack. Expected 498. Actual 4`: "Expected" echoes what was sent, "Actual" is the last number taken. */
export const lastTaken = ({ status, text }: ChatResponse): number | undefined => {
  const found = status === 409 ? /out of sync.*\bactual\s*[:=]?\s*(-?\d{1,15})/isu.exec(text) : null;
  return found === null ? undefined : Math.max(0, Number(found[1]));
};
