import type { ChatStore } from '../../src/application/ports/chat-store.port.ts';
import { documentCases } from './chat-store/document.ts';
import { overflowCases } from './chat-store/overflow.ts';
import { ownerCases } from './chat-store/owner.ts';
import { retentionCases } from './chat-store/retention.ts';
import { saveCases } from './chat-store/save.ts';
import { setAsideCases } from './chat-store/set-aside.ts';
import { wakeCases } from './chat-store/wake.ts';
import type { ContractCase } from './contract.ts';

/** What `ChatStore` promises. */
export const chatStoreContract: ReadonlyArray<ContractCase<ChatStore>> = [
  ...saveCases,
  ...documentCases,
  ...ownerCases,
  ...wakeCases,
  ...overflowCases,
  ...setAsideCases,
  ...retentionCases,
];
