/**
 * Worlds that once broke a law: their seeds, and what was wrong. A change to what a seed means (`plan.ts`) makes others
 * of them; they are then still worlds worth running.
 */
export const regressions: ReadonlyArray<{ readonly seed: number; readonly was: string }> = [
  {
    seed: 683,
    was: 'a file was attached once more that was posted and marked just as it had been read again',
  },
  { seed: 720, was: 'a session was not recovered while many texts waited for the user, and was gone' },
  { seed: 1_000, was: 'texts spilled for a write that never came to be were delivered too' },
  { seed: 1_027, was: 'a case that had served a chat was taken for one whose making had been lost' },
  { seed: 1_145, was: 'a long batch that came again after a failover was told twice' },
  { seed: 5_303, was: 'a failed connect of another flow made a case be forgotten' },
  { seed: 20_273, was: 'a state that was due at once waited for another instance’s clock' },
  { seed: 20_979, was: 'an end that had waited for its request left after a take-over' },
  { seed: 40_415, was: 'a conflict on dropping a session counted as its end' },
  { seed: 40_740, was: 'a poll that had waited for a crowd began after a take-over' },
  { seed: 60_539, was: 'two long batches that came again after a failover were told twice' },
  { seed: 61_138, was: 'a context that was read while an earlier lane settled repeated its messages' },
  {
    seed: 80_344,
    was: 'a request whose taking was stored twice opened its session again after the chat was over',
  },
  {
    seed: 279_899_523,
    was: 'a connect marked before the former chat ended sent its last messages to both agents',
  },
  { seed: 375_361_990, was: 'sessions of chats that several later ones had followed were never ended' },
  {
    seed: 700_000_714,
    was: 'a post in doubt was not counted when the write that gave it up was itself in doubt',
  },
];
