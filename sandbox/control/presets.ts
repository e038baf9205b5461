import type { FaultRule } from '../http/faults.ts';
import type { SandboxSalesforce } from '../salesforce/index.ts';
import type { SandboxYalo } from '../yalo/index.ts';

/** A fault with a name. `switch`: as long as it is on; `once`: the next request only; `now`: happens at once. */
export interface PresetView {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly kind: 'switch' | 'once' | 'now';
  /** Of `once`: it still waits for its request. */
  readonly on: boolean;
}

interface Remotes {
  readonly salesforce: SandboxSalesforce;
  readonly yalo: SandboxYalo;
}

interface Running {
  readonly isOn: () => boolean;
  readonly off: () => void;
}

interface Preset extends Omit<PresetView, 'on'> {
  /** `undefined`: it happened, and there is nothing to end. */
  readonly start: (remotes: Remotes) => Running | undefined;
}

const always = 'forever';
const slow = { kind: 'slow', delayMs: 3_000, times: always } as const;
const failing = (status: number) => ({ kind: 'status', status, body: '', times: always }) as const;

const rules =
  (group: 'salesforce' | 'yalo', ...wanted: ReadonlyArray<FaultRule>): Preset['start'] =>
  (remotes) => {
    const { faults } = remotes[group];
    const handles = wanted.map((rule) => faults.add(rule));
    return {
      isOn: () => faults.list().some(({ id }) => handles.some((handle) => handle.id === id)),
      off: () => handles.forEach((handle) => handle.remove()),
    };
  };

const closeButtons = ({ salesforce: { org, agents } }: Remotes): Running => {
  const set = (isAvailable: boolean): void =>
    Object.values(org.buttons).forEach((button) => agents.setAvailability(button, { isAvailable }));
  set(false);
  return { isOn: () => true, off: () => set(true) };
};

const presets: ReadonlyArray<Preset> = [
  {
    name: 'salesforce-slow',
    title: 'Salesforce slow',
    hint: 'Login, data API and posts to the desk take 3 s longer; polls do not',
    kind: 'switch',
    start: rules(
      'salesforce',
      { server: 'login', ...slow },
      { server: 'data', ...slow },
      { server: 'chat', method: 'POST', ...slow },
    ),
  },
  {
    name: 'desk-down',
    title: 'Chat server errors',
    hint: 'Everything the chat server is asked gets 500, polls too',
    kind: 'switch',
    start: rules('salesforce', { server: 'chat', ...failing(500) }),
  },
  {
    name: 'data-down',
    title: 'Data API down',
    hint: 'Searches, contacts, cases and files get 503',
    kind: 'switch',
    start: rules('salesforce', { server: 'data', ...failing(503) }),
  },
  {
    name: 'no-agents',
    title: 'No agents',
    hint: 'Both buttons are unavailable: new requests fail',
    kind: 'switch',
    start: closeButtons,
  },
  {
    name: 'yalo-down',
    title: 'Yalo down',
    hint: 'Messages to customers get 503',
    kind: 'switch',
    start: rules('yalo', { server: 'integrations', ...failing(503) }),
  },
  {
    name: 'yalo-slow',
    title: 'Yalo slow',
    hint: 'Messages to customers take 3 s longer',
    kind: 'switch',
    start: rules('yalo', { server: 'integrations', ...slow }),
  },
  {
    name: 'media-gone',
    title: 'Files gone',
    hint: 'The media host answers 404',
    kind: 'switch',
    start: rules('yalo', { server: 'media', ...failing(404) }),
  },
  {
    name: 'bot-down',
    title: 'Bot states down',
    hint: 'Botrunner and Studio get 500',
    kind: 'switch',
    start: rules('yalo', { server: 'botrunner', ...failing(500) }, { server: 'studio', ...failing(500) }),
  },
  {
    name: 'lose-desk-answer',
    title: 'Lose a desk answer',
    hint: 'The next post to the chat server is carried out, its answer is lost',
    kind: 'once',
    start: rules('salesforce', { server: 'chat', method: 'POST', kind: 'reset-after' }),
  },
  {
    name: 'lose-poll',
    title: 'Lose a poll',
    hint: 'The answer of the next poll is lost; its events come again',
    kind: 'once',
    start: rules('salesforce', {
      server: 'chat',
      method: 'GET',
      path: '*/System/Messages',
      kind: 'reset-after',
    }),
  },
  {
    name: 'lose-yalo-answer',
    title: 'Lose a Yalo answer',
    hint: 'The next message reaches the phone, its answer is lost',
    kind: 'once',
    start: rules('yalo', { server: 'integrations', path: '*/messages', kind: 'reset-after' }),
  },
  {
    name: 'failover',
    title: 'Failover',
    hint: 'All open chats hop to another chat server: 503 until the client reconnects',
    kind: 'now',
    start: ({ salesforce }) => {
      salesforce.agents.failoverAll();
      return undefined;
    },
  },
  {
    name: 'expire-tokens',
    title: 'Expire tokens',
    hint: 'Access tokens of the data API are no longer good',
    kind: 'now',
    start: ({ salesforce }) => {
      salesforce.tokens.expireAll();
      return undefined;
    },
  },
];

/** Named faults for the page; whatever rules exist besides are left alone. */
export class Presets {
  readonly #remotes: Remotes;
  readonly #running = new Map<string, Running>();
  readonly #listeners = new Set<() => void>();

  constructor(remotes: Remotes) {
    this.#remotes = remotes;
  }

  list(): PresetView[] {
    return presets.map(({ name, title, hint, kind }) => {
      return { name, title, hint, kind, on: this.#running.get(name)?.isOn() === true };
    });
  }

  /** Throws for an unknown name. */
  set(name: string, on: boolean): void {
    const preset = presets.find((candidate) => candidate.name === name);
    if (preset === undefined)
      throw new Error(`the presets: ${presets.map((known) => known.name).join(', ')}`);
    this.#running.get(name)?.off();
    this.#running.delete(name);
    const running = on ? preset.start(this.#remotes) : undefined;
    if (running !== undefined) this.#running.set(name, running);
    for (const listener of this.#listeners) listener();
  }

  clear(): void {
    for (const name of Array.from(this.#running.keys())) this.set(name, false);
  }

  /** Called after each `set`, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
