/** One metric as it is shown, but for the prefix. `labels` have few values each: never an id, never a text. */
export interface Row {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: ReadonlyArray<string>;
  /** Upper bounds in seconds, of histograms. */
  readonly buckets?: ReadonlyArray<number>;
}

const disk = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];
const calls = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const waits = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 86_400];

/** Every metric of this service, by name. A name in use without a row here is a mistake, which `misused` tells. */
export const metricTable: Readonly<Record<string, Row>> = {
  http_requests_total: {
    type: 'counter',
    help: 'Requests answered, by route and status; 499: the client was gone before.',
    labels: ['route', 'method', 'status'],
  },
  http_request_seconds: {
    type: 'histogram',
    help: 'From the head of a request to the end of its answer.',
    labels: ['route', 'method'],
    buckets: calls,
  },
  http_requests_in_flight: { type: 'gauge', help: 'Requests that are being worked on.' },
  http_connections_dropped_total: { type: 'counter', help: 'Connections refused, since too many are open.' },
  logins_total: { type: 'counter', help: 'Tries to log in, by outcome.', labels: ['outcome'] },

  webhook_messages_total: {
    type: 'counter',
    help: 'Messages in webhooks, by provider and by what became of them.',
    labels: ['provider', 'what'],
  },
  webhook_items_dropped_total: {
    type: 'counter',
    help: 'Items in webhooks that hold no message for us, by provider and by why.',
    labels: ['provider', 'outcome'],
  },
  ignored_events_total: {
    type: 'counter',
    help: 'Things heard that have no effect, by kind.',
    labels: ['what'],
  },

  chats: {
    type: 'gauge',
    help: 'Chats by state; ended and failed ones while they are kept.',
    labels: ['state'],
  },
  chat_transitions_total: {
    type: 'counter',
    help: 'Changes of state, by the new state and its reason.',
    labels: ['state', 'reason'],
  },

  deliveries_total: {
    type: 'counter',
    help: 'Tries to deliver, by lane and outcome.',
    labels: ['lane', 'outcome'],
  },
  delivery_retries_total: {
    type: 'counter',
    help: 'Tries to deliver that were not the first one.',
    labels: ['lane'],
  },
  delivery_lag_seconds: {
    type: 'histogram',
    help: 'From the birth of an effect to its delivery.',
    labels: ['lane'],
    buckets: waits,
  },
  lane_queue: { type: 'gauge', help: 'Effects that wait in the lanes of this instance.', labels: ['lane'] },
  uncertain_total: {
    type: 'counter',
    help: 'Sends that may have arrived twice or not at all, with nothing to tell which.',
    labels: ['lane'],
  },
  set_aside_total: { type: 'counter', help: 'Effects given into the hands of operators.', labels: ['lane'] },
  set_aside: { type: 'gauge', help: 'Effects that wait for an operator.' },
  bot_states_not_sent_total: {
    type: 'counter',
    help: 'Changes of bot state that went nowhere, since no bot flow is configured.',
  },

  desk_polls_total: { type: 'counter', help: 'Polls of the desk, by outcome.', labels: ['outcome'] },
  desk_events_total: { type: 'counter', help: 'Events of the desk, by type.', labels: ['type'] },

  remote_calls_total: {
    type: 'counter',
    help: 'Calls of remotes, by outcome.',
    labels: ['remote', 'outcome'],
  },
  remote_call_seconds: { type: 'histogram', help: 'Time of calls.', labels: ['remote'], buckets: calls },
  remote_up: {
    type: 'gauge',
    help: '1 while the remote answers, 0 while it is in trouble.',
    labels: ['remote'],
  },

  owned_conversations: { type: 'gauge', help: 'Conversations that this instance polls and drains.' },
  takeovers_total: { type: 'counter', help: 'Conversations taken over from an instance that is gone.' },
  handovers_total: { type: 'counter', help: 'Conversations given away, since the others keep far fewer.' },
  heartbeat_failures_total: { type: 'counter', help: 'Heartbeats that could not be written.' },

  store_commit_seconds: { type: 'histogram', help: 'Time of one grouped commit.', buckets: disk },
  store_queue: { type: 'gauge', help: 'Writes that wait for the next commit.' },
  store_write_failures: { type: 'counter', help: 'Commits that failed.' },
  store_read_failures: { type: 'counter', help: 'Reads that failed.' },
  store_refused: { type: 'counter', help: 'Writes refused since too many wait.' },

  metrics_misused_total: {
    type: 'counter',
    help: 'Samples with a name, label or value that does not fit; a mistake in this program.',
  },
};
