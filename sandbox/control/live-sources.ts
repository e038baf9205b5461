import type { SandboxSalesforce } from '../salesforce/index.ts';
import { isOpen } from '../salesforce/live-agent/chat.ts';
import type { Feed } from '../support/feed.ts';
import type { SandboxYalo } from '../yalo/index.ts';
import * as events from './event-lines.ts';
import { Keys } from './keys.ts';
import * as phone from './phone-lines.ts';
import type { ServiceClient } from './service-client.ts';

export interface FeedParts {
  readonly salesforce: SandboxSalesforce;
  readonly yalo: SandboxYalo;
  readonly service: ServiceClient;
}

/** What one thing that happened means for the page. */
export interface Gathered {
  readonly phone?: ReadonlyArray<phone.PhoneLine>;
  readonly events?: ReadonlyArray<events.EventLine>;
  /** Ids of chats that look different now. */
  readonly chats?: ReadonlyArray<string>;
}

export interface Source {
  /** Of the newest `limit` things, oldest first. */
  readonly latest: (limit: number) => ReadonlyArray<Gathered>;
  readonly subscribe: (add: (gathered: Gathered) => void) => () => void;
}

const source = <T>(feed: Feed<T>, read: (item: T) => Gathered): Source => ({
  latest: (limit) => feed.list().slice(-limit).map(read),
  subscribe: (add) => feed.subscribe((item) => add(read(item))),
});

/** Every feed of the sandbox that the page shows something of. */
export const liveSources = ({ salesforce, yalo, service }: FeedParts): ReadonlyArray<Source> => {
  const keys = new Keys();
  const { agents, records } = salesforce;
  return [
    source(yalo.phone.sent, (sent) => ({
      phone: phone.linesOfWebhook(keys, sent),
      events: [events.eventOfWebhook(keys, sent)],
    })),
    source(yalo.deliveries, (delivery) => ({ phone: phone.linesOfDelivery(keys, delivery) })),
    source(yalo.botStates, (state) => ({
      phone: phone.linesOfBotState(keys, state),
      events: [events.eventOfBotState(keys, state)],
    })),
    source(service.calls, (call) => ({
      phone: phone.linesOfCall(keys, call),
      events: [events.eventOfCall(keys, call)],
    })),
    source(salesforce.requests, (entry) => ({ events: [events.eventOfRequest(keys, 'salesforce', entry)] })),
    source(yalo.requests, (entry) => ({ events: [events.eventOfRequest(keys, 'yalo', entry)] })),
    source(agents.changes, (change) => ({
      events: [events.eventOfChange(keys, change)],
      chats: [change.chatId],
    })),
    source(agents.violations, (violation) => ({ events: [events.eventOfViolation(keys, violation)] })),
    // a file that reached its case, a contact that was blocked
    source(records.created, () => ({
      chats: agents.chats(({ state }) => isOpen(state)).map(({ id }) => id),
    })),
  ];
};
