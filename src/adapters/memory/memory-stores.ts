import { makeLocalInstances } from '../shared/local-instances.ts';
import type { StoreOptions, Stores } from '../shared/stores.ts';
import { startSweeper } from '../shared/sweeper.ts';
import { makeAnswer } from './answer.ts';
import { makeMemoryChatStore } from './chat-store.adapter.ts';
import { makeMemoryContextStore } from './context-store.adapter.ts';

/** Things of each kind that one slice takes away. */
const sliceMax = 500;

/** Stores of one process that nothing outlives: for trials and tests. */
export const makeMemoryStores = (options: Omit<StoreOptions, 'log' | 'metrics'>): Stores => {
  let closed = false;
  const answer = makeAnswer(() => closed);
  const { sweep: sweepMessages, ...contextStore } = makeMemoryContextStore(answer, options);
  const { sweep: sweepChats, ...chatStore } = makeMemoryChatStore(answer, options);
  const stopSweeper = startSweeper(options.clock, async () => {
    const swept = [sweepMessages(sliceMax), sweepChats(sliceMax)];
    return swept.includes(sliceMax);
  });
  return {
    contextStore,
    chatStore,
    instances: makeLocalInstances(answer),
    tryWrite: answer(() => undefined),
    close: async () => {
      closed = true;
      stopSweeper();
    },
  };
};
