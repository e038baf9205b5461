import type { Content, Message } from '../../../domain/message.ts';
import { bounded, clean } from '../members.ts';

const kindMax = 64;

/** A kind that nobody here can read is told by its name. */
export const unknown = (kind: string): Content => ({ type: 'unknown', kind: clean(kind).slice(0, kindMax) });

/** What was read, and what the reading lost. */
export type Said = Pick<Message, 'content' | 'raw'>;

export const withRaw = (content: Content, member: unknown): Said => {
  const raw = member === undefined ? undefined : bounded(member);
  return raw === undefined || raw === null ? { content } : { content, raw };
};

/** A text that says something. */
export const filled = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  const text = clean(value);
  return text === '' ? undefined : text;
};

const numberText = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? String(value) : filled(value);

export const joined = (...parts: ReadonlyArray<string | undefined>): string | undefined =>
  filled(parts.filter((part) => part !== undefined).join(', '));

/** `latitude, longitude`; nothing when one is missing. */
export const coordinates = (latitude: unknown, longitude: unknown): string | undefined => {
  const [north, east] = [numberText(latitude), numberText(longitude)];
  return north === undefined || east === undefined ? undefined : `${north}, ${east}`;
};

/** What is left of a reaction that was taken back. */
export const noReaction = '–';
