/**
 * The contract suites of the ports, for whoever writes an adapter: lists of plain functions that throw, for any test
 * runner or none. Each case is one promise of the port, and its title tells which. Guide: docs/writing-an-adapter.md.
 *
 * @packageDocumentation
 */
export { agentDeskContract } from './agent-desk.suite.ts';
export type { DeskCase, DeskConsole, DeskSetup, MakeDesk } from './agent-desk.suite.ts';
export { chatStoreContract } from './chat-store.suite.ts';
export { casesFor, checkContract, type Checked, type Promised } from './check.ts';
export { makeTestClock, type TestClock } from './clock.ts';
export { contextStoreContract } from './context-store.suite.ts';
export type { Ability, ContractCase, MakeStore, StoreSettings, StoreSetup } from './contract.ts';
export { instancesContract } from './instances.suite.ts';
