import { type ChatResponse, described, isOverLimit } from './exchange.ts';

/** What any call of a running session can meet instead of its answer (protocol notes §6). */
export type Setback =
  /** The chat hopped to another server: §7. */
  | { readonly kind: 'affinity-lost'; readonly detail: string }
  | { readonly kind: 'session-over'; readonly detail: string }
  /** Trouble of the remote or the way to it, not of the chat: try again. */
  | { readonly kind: 'trouble'; readonly detail: string };

export const setbackOf = (what: string, response: ChatResponse): Setback => {
  const detail = described(what, response);
  if (isOverLimit(response)) return { kind: 'trouble', detail };
  if (response.status === 503) return { kind: 'affinity-lost', detail };
  if (response.status === 403) return { kind: 'session-over', detail };
  return { kind: 'trouble', detail };
};

export const unreadable = (what: string, { status }: ChatResponse): Setback => ({
  kind: 'trouble',
  detail: `${what}: an answer of ${status} that cannot be read`,
});
