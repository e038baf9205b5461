/** Salesforce Live Agent as the agent desk. Needs the package `lru-cache`. */
export { makeLiveAgentDesk, type LiveAgentOptions } from './desk.adapter.ts';
export type { LiveAgentSettings } from './settings.ts';
export type { Exchange } from './exchange.ts';
export type { HttpAnswer, HttpRequest } from '../shared/http-client.ts';
