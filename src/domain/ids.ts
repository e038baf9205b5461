/** Ids of effects, and so of the messages we send: a chat id (ULID), a number, and the part of a split text. */
const ownId = /^[0-9A-HJKMNP-TV-Z]{26}-\d+(\.\d+)?$/u;

/** A message with such an id is our own, come back through the webhook. */
export const isOwnMessageId = (id: string): boolean => ownId.test(id);
