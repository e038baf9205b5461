import type { Heard } from './messages.ts';
import type { Reconnected } from './reconnect-session.ts';
import type { PostResult } from './chasitor-post.ts';
import type { Resynced } from './resync-state.ts';

/** What came of one `receive`. Everything that is left to chance or read from a clock is decided in it. */
export type Signal = { readonly generation: number } & (
  | (Extract<Heard, { kind: 'batch' | 'nothing' }> & {
      /** From the beginning of the poll to its answer. */
      readonly tookMs: number;
    })
  | Extract<Reconnected, { kind: 'reconnected' }>
  | Extract<Resynced, { kind: 'resynced' }>
  | Setback
  /** It was told to stop. */
  | { readonly kind: 'cut' }
);

export type Setback = (
  | Extract<Reconnected, { kind: 'no-failover' }>
  | Extract<Resynced, { kind: 'out-of-step' }>
  | Extract<Heard, { kind: 'trouble' | 'session-over' | 'affinity-lost' }>
) & {
  /** Back-off before the next try. */
  readonly pauseMs: number;
};

/** What came of one `send`, and of which post. */
export interface Answer {
  readonly generation: number;
  readonly number: number;
  readonly result: PostResult;
}
