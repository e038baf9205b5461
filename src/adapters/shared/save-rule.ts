import type { OwnerId, Save } from '../../application/ports/chat-store.port.ts';
import { isBusy } from '../../domain/conversation.ts';

/** What a save depends on, and changes, beside the document itself. */
export interface Head {
  readonly rev: number;
  readonly owner: OwnerId | null;
  readonly epoch: number;
  /** ms since 1970: from here on the document is as good as gone. Null while there is something to do. */
  readonly expire: number | null;
}

/** An expired document that no sweep has met yet is none. */
export const living = <H extends Head>(head: H | undefined, now: number): H | undefined =>
  head === undefined || (head.expire !== null && head.expire <= now) ? undefined : head;

/** The head after a save, for stores that look before they write; `undefined`: conflict. `before`: a living one. */
export const headAfter = (
  before: Head | undefined,
  { conversation, rev, as, owner }: Save,
  expireAt: number,
): Head | undefined => {
  if ((before?.rev ?? 0) !== rev) return undefined;
  if (as !== undefined && !(before?.owner === as.owner && before.epoch === as.epoch)) return undefined;
  const present = before?.owner ?? null;
  const next = owner === undefined ? present : owner;
  return {
    rev: rev + 1,
    owner: next,
    epoch: (before?.epoch ?? 0) + (next === present ? 0 : 1),
    expire: next === null && !isBusy(conversation) ? expireAt : null,
  };
};
