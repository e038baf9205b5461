import type { ContextStore } from '../../src/application/ports/context-store.port.ts';
import { appendCases } from './context-store/append.ts';
import { eraseCases } from './context-store/erase.ts';
import { listCases } from './context-store/list.ts';
import { settleCases } from './context-store/settle.ts';
import { untakenCases } from './context-store/untaken.ts';
import type { ContractCase } from './contract.ts';

/** What `ContextStore` promises. A store that passes keeps the guarantees of the relay, whatever stands beside it. */
export const contextStoreContract: ReadonlyArray<ContractCase<ContextStore>> = [
  ...appendCases,
  ...listCases,
  ...untakenCases,
  ...settleCases,
  ...eraseCases,
];
