import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** In bytes; less than the initial heap. */
const large = 96 * 1024 * 1024;
const lookMs = 1_000;
/** How much a large heap may grow between two collections, of what is alive. */
const growPercent = 25;

/**
 * Polls that wait outlive the young generation, and what they leave piles up: with thousands of open chats V8 would let
 * garbage grow to several times what is alive. A small heap is left alone: there each collection would cost more than
 * it frees. Takes effect from the next collection on, which `--initial-heap-size` has come early enough. For a process
 * of our own only, since flags are the whole process's.
 */
export const keepHeapLean = (): void => {
  let lean = false;
  const look = (): void => {
    const isLarge = getHeapStatistics().used_heap_size > large;
    if (isLarge === lean) return;
    lean = isLarge;
    setFlagsFromString(`--heap-growing-percent=${lean ? growPercent : 0}`);
  };
  setInterval(look, lookMs).unref();
};
