import type { Provider } from './channel.ts';

/** The place in the desk that a chat of one channel is asked for at. */
export interface FlowRoute {
  readonly buttonId: string;
  /** Owner of the case: a queue or a user. */
  readonly ownerId?: string;
}

/** What becomes of the chats of one flow of the bot (configuration.md, SFC_SOURCE_FLOW_BOT). */
export interface SourceFlow {
  /** Subject of the case. */
  readonly subject: string;
  /** Kind of the desk; absent: the deployment's own. */
  readonly desk?: string;
  readonly providers: Readonly<Partial<Record<Provider, FlowRoute>>>;
}

/** By the key that the bot sends, compared exactly; a deployment's map has `default`. */
export type SourceFlows = ReadonlyMap<string, SourceFlow>;

export const defaultFlow = 'default';

export interface ChosenFlow extends FlowRoute {
  /** Key of the entry that was used. */
  readonly key: string;
  readonly subject: string;
  readonly desk?: string;
}

const choose = (flows: SourceFlows, key: string, provider: Provider): ChosenFlow | undefined => {
  const flow = flows.get(key);
  const route = flow?.providers[provider];
  if (flow === undefined || route === undefined) return undefined;
  return { key, subject: flow.subject, ...route, ...(flow.desk === undefined ? {} : { desk: flow.desk }) };
};

/**
 * The entry of that key, else `default`; an entry that has no route for the provider gives way to `default` as a whole
 * (relay.md §2 step 7). `key`: what extraData names, of any type. Undefined: neither has a route for the provider, so
 * this deployment takes no chats from it.
 */
export const chooseFlow = (flows: SourceFlows, key: unknown, provider: Provider): ChosenFlow | undefined =>
  (typeof key === 'string' ? choose(flows, key, provider) : undefined) ??
  choose(flows, defaultFlow, provider);
