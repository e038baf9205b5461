import { isObject, parseJson } from '../support/json.ts';
import type { Provider } from '../yalo/account.ts';
import type { BotState } from '../yalo/bot-states.ts';
import type { Delivery } from '../yalo/deliveries.ts';
import type { SentWebhook } from '../yalo/phone.ts';
import type { Keys } from './keys.ts';
import { readWebhook, type SaidMedia } from './read-webhook.ts';
import type { ServiceCall } from './service-client.ts';

/** One bubble on a customer's phone, or a note between bubbles. A line with a known key takes its place. */
export interface PhoneLine {
  readonly key: string;
  readonly at: number;
  /** Unknown for bot states, which name the user only. */
  readonly provider?: Provider;
  readonly userId: string;
  /** `service`: what the service had Yalo deliver, agents' words among it. */
  readonly from: 'customer' | 'bot' | 'service' | 'note';
  readonly text?: string;
  readonly media?: SaidMedia;
  /** What the service answered. */
  readonly status?: number;
}

export const linesOfWebhook = (keys: Keys, sent: SentWebhook): ReadonlyArray<PhoneLine> =>
  readWebhook(sent.body).map((said, index) => ({
    ...said,
    key: `${keys.of(sent)}.${index}`,
    at: sent.at,
    provider: sent.provider,
    status: sent.status,
  }));

/** A repetition is not shown to the user again. */
export const linesOfDelivery = (keys: Keys, delivery: Delivery): ReadonlyArray<PhoneLine> => {
  if (delivery.duplicate) return [];
  const { at, provider, userId, type, url, text = delivery.caption } = delivery;
  const shown = {
    ...(text === undefined ? {} : { text }),
    ...(url === undefined ? {} : { media: { kind: type, url } }),
  };
  return [{ key: keys.of(delivery), at, provider, userId, from: 'service', ...shown }];
};

export const linesOfBotState = (keys: Keys, entry: BotState): ReadonlyArray<PhoneLine> => [
  {
    key: keys.of(entry),
    at: entry.at,
    userId: entry.userId,
    from: 'note',
    text: `The bot goes on: ${entry.state}`,
  },
];

export const linesOfCall = (keys: Keys, call: ServiceCall): ReadonlyArray<PhoneLine> => {
  const { at, kind, provider, userId, status } = call;
  if (provider === undefined || userId === undefined) return [];
  const what = kind === 'connect' ? 'Asked for a human' : 'Finished by the bot';
  return [
    { key: keys.of(call), at, provider, userId, from: 'note', status, text: `${what}: ${saidBy(call)}` },
  ];
};

/** The one member of the service's answers. */
const saidBy = ({ answer }: ServiceCall): string => {
  const body = parseJson(answer);
  const said = isObject(body) ? (body.Message ?? body.ErrorDescription) : undefined;
  return typeof said === 'string' ? said : answer;
};
