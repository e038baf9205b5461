import type { RequestEntry } from '../http/call.ts';
import type { ChatChange, Violation } from '../salesforce/live-agent/server.ts';
import type { BotState } from '../yalo/bot-states.ts';
import type { SentWebhook } from '../yalo/phone.ts';
import type { Keys } from './keys.ts';
import { readWebhook } from './read-webhook.ts';
import type { ServiceCall } from './service-client.ts';

/** Something that passed. A line with a known key takes its place: a request comes again with its answer. */
export interface EventLine {
  readonly key: string;
  readonly at: number;
  readonly group: 'webhook' | 'api' | 'salesforce' | 'yalo' | 'desk' | 'bot';
  readonly title: string;
  readonly detail?: string;
  /** Absent while it waits for its answer; 0: none came. */
  readonly status?: number;
  readonly tookMs?: number;
  /** A fault rule had a part in it. */
  readonly fault?: true;
  /** Polls and the like: many, and seldom of interest. */
  readonly quiet?: true;
  /** The protocol was broken. */
  readonly wrong?: true;
}

const longestDetail = 2_000;

const cut = (text: string): { readonly detail?: string } => {
  if (text === '') return {};
  return { detail: text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text };
};

export const eventOfWebhook = (keys: Keys, sent: SentWebhook): EventLine => {
  const [said] = readWebhook(sent.body);
  const text = said?.text ?? (said?.media === undefined ? 'message' : said.media.kind);
  return {
    key: keys.of(sent),
    at: sent.at,
    group: 'webhook',
    title: `${sent.provider} ${said?.from ?? 'raw'}: ${text.slice(0, 120)}`,
    status: sent.status,
    ...cut(`${sent.body}\n→ ${sent.answer}`),
  };
};

export const eventOfCall = (keys: Keys, call: ServiceCall): EventLine => ({
  key: keys.of(call),
  at: call.at,
  group: 'api',
  title: `${call.kind === 'finish' ? 'DELETE' : 'POST'} ${call.path}`,
  status: call.status,
  tookMs: call.tookMs,
  ...cut(call.answer),
});

export const eventOfRequest = (keys: Keys, group: 'salesforce' | 'yalo', entry: RequestEntry): EventLine => {
  const { at, server, method, path, query, body, status, tookMs } = entry;
  const answer = status ?? (entry.gone === true ? 0 : undefined);
  return {
    key: keys.of(entry),
    at,
    group,
    title: `${server}: ${method} ${path.replace('/chat/rest', '').replace(/^\/services\/data/u, '')}`,
    ...(answer === undefined ? {} : { status: answer }),
    ...(tookMs === undefined ? {} : { tookMs }),
    ...(entry.fault === undefined ? {} : { fault: true }),
    ...(path.endsWith('/System/Messages') ? { quiet: true } : {}),
    // a login's body and the query of Botrunner are nothing but secrets
    ...cut(server === 'login' || server === 'botrunner' ? '' : [query, body].filter(Boolean).join('\n')),
  };
};

export const eventOfBotState = (keys: Keys, state: BotState): EventLine => ({
  key: keys.of(state),
  at: state.at,
  group: 'bot',
  title: `${state.via}: ${state.userId} → ${state.state}`,
});

export const eventOfChange = (keys: Keys, change: ChatChange): EventLine => ({
  key: keys.of(change),
  at: change.at,
  group: 'desk',
  title: `${change.kind}${change.detail === undefined ? '' : `: ${change.detail.slice(0, 120)}`}`,
  ...(change.kind === 'session' || change.kind.endsWith('-typing') ? { quiet: true } : {}),
  ...cut(`chat ${change.chatId}${change.detail === undefined ? '' : `\n${change.detail}`}`),
});

export const eventOfViolation = (keys: Keys, violation: Violation): EventLine => ({
  key: keys.of(violation),
  at: violation.at,
  group: 'desk',
  title: `protocol broken, ${violation.rule}: ${violation.detail.slice(0, 120)}`,
  wrong: true,
  ...cut(`chat ${violation.chatId}\n${violation.detail}`),
});
