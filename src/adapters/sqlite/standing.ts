import type { DatabaseSync } from 'node:sqlite';
import type { OwnerId } from '../../application/ports/chat-store.port.ts';
import type { ChatState } from '../../domain/conversation.ts';

export interface Stand {
  readonly owner: OwnerId | null;
  readonly state: ChatState | null;
}

/**
 * Who owns which conversation and how many chats are in which state, kept in memory: a wake for each message and the
 * counts of each scrape then cost nothing, however much is stored. True to the file, since this process alone writes it.
 */
export interface Standing {
  /** Inside a write: the conversation of that (stored) key changed. `undefined`: there is none. */
  readonly moved: (key: string, before: Stand | undefined, after: Stand | undefined) => void;
  /** Writes that called `moved` were undone: the file is asked again. */
  readonly undone: () => void;
  readonly ownerOf: (key: string) => OwnerId | undefined;
  readonly hasOwnersBeside: (alive: ReadonlyArray<OwnerId>) => boolean;
  readonly counts: () => Record<ChatState, number>;
}

interface Known {
  readonly owners: Map<string, OwnerId>;
  readonly perOwner: Map<OwnerId, number>;
  readonly perState: Record<ChatState, number>;
}

const change = (counts: Map<OwnerId, number>, owner: OwnerId, by: number): void => {
  const count = (counts.get(owner) ?? 0) + by;
  if (count === 0) counts.delete(owner);
  else counts.set(owner, count);
};

export const standingSql = {
  owners: 'SELECT user, owner FROM conversations WHERE owner IS NOT NULL',
  states: 'SELECT state, count(*) AS count FROM conversations WHERE state IS NOT NULL GROUP BY state',
};

export const makeStanding = (db: DatabaseSync): Standing => {
  const readOwners = db.prepare(standingSql.owners);
  const readStates = db.prepare(standingSql.states);

  const readAll = (): Known => {
    const fresh: Known = {
      owners: new Map(),
      perOwner: new Map(),
      perState: { requested: 0, waiting: 0, active: 0, ended: 0, failed: 0 },
    };
    for (const row of readOwners.iterate()) {
      const { user, owner } = row as { user: string; owner: string };
      fresh.owners.set(user, owner);
      change(fresh.perOwner, owner, 1);
    }
    for (const row of readStates.iterate()) {
      const { state, count } = row as { state: ChatState; count: number };
      fresh.perState[state] = count;
    }
    return fresh;
  };

  let known: Known | undefined = readAll();
  const current = (): Known => (known ??= readAll());

  return {
    moved: (key, before, after) => {
      // while nothing is known there is nothing to keep up: the next question reads it all
      if (known === undefined) return;
      const { owners, perOwner, perState } = known;
      if (before?.owner != null) change(perOwner, before.owner, -1);
      if (after?.owner != null) change(perOwner, after.owner, 1);
      if (after?.owner != null) owners.set(key, after.owner);
      else owners.delete(key);
      if (before?.state != null) perState[before.state] -= 1;
      if (after?.state != null) perState[after.state] += 1;
    },
    undone: () => {
      known = undefined;
    },
    ownerOf: (key) => current().owners.get(key),
    hasOwnersBeside: (alive) => [...current().perOwner.keys()].some((owner) => !alive.includes(owner)),
    counts: () => ({ ...current().perState }),
  };
};
