import type { Provider } from '../../../domain/channel.ts';
import type { Message } from '../../../domain/message.ts';

/** Why an item of a webhook becomes no message. */
export type Note =
  /** A text of this service, come back. */
  | 'own'
  /** Neither from anybody nor to anybody. */
  | 'nobody'
  /** Not readable; it hides no neighbour. */
  | 'bad'
  | 'read'
  | 'delivery';

/** How many items of each. */
export type Notes = Partial<Record<Note, number>>;

/** What a webhook says, once it is decoded and valid. */
export type Reading =
  | { readonly _tag: 'Skipped'; readonly type: string }
  | {
      readonly _tag: 'Messages';
      readonly provider: Provider;
      /** In the order of the body. */
      readonly messages: ReadonlyArray<Message>;
      readonly notes: Readonly<Notes>;
    };

const dateMax = 8_640_000_000_000_000;

/** Whole milliseconds since 1970 within what a date can tell: what is far off is the sender's own fancy. */
export const clampTime = (ms: number): number => Math.min(Math.max(Math.trunc(ms), 0), dateMax);
