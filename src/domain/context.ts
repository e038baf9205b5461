import { readable } from './agent-text.ts';
import { showable } from './split.ts';
import type { Arrival, StoredMessage } from './message.ts';
import { agentPieces } from './lanes.ts';
import { contextMaxBytes, contextMaxEntries, type ChatPolicy } from './policy.ts';

/** The context message as it will be posted, and which entries the agent has seen once it is. */
export interface RenderedContext {
  readonly parts: ReadonlyArray<string>;
  readonly arrivals: ReadonlyArray<Arrival>;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterFor = (timeZone: string): Intl.DateTimeFormat => {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      day: '2-digit',
      month: '2-digit',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
};

/** Furthest instant that a date can tell, ms (ECMAScript). */
const dateMax = 8_640_000_000_000_000;

/** `DD-MM-YYYY HH:mm:ss` in that zone, daylight saving included. */
export const localTime = (timestamp: number, timeZone: string): string => {
  const date = new Date(Math.min(Math.max(timestamp || 0, -dateMax), dateMax));
  const parts = new Map(
    formatterFor(timeZone)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('day')}-${part('month')}-${part('year')} ${part('hour')}:${part('minute')}:${part('second')}`;
};

const withoutTrailingBreaks = (text: string): string => text.replace(/[\r\n]+$/u, '');

const line = (entry: StoredMessage, { texts, timeZone }: ChatPolicy): string => {
  const label = entry.from === 'user' ? texts.clientLabel : texts.botLabel;
  const said = withoutTrailingBreaks(showable(readable(entry.content, texts)));
  return `${label} [${localTime(entry.timestamp, timeZone)}]:${said}\n\n`;
};

const bytes = (text: string): number => Buffer.byteLength(text);

/** The end of a text that fits into so many bytes, cut at a code point. */
const tail = (text: string, maxBytes: number): string => {
  const buffer = Buffer.from(text);
  let start = Math.max(0, buffer.length - maxBytes);
  while (start < buffer.length && ((buffer[start] ?? 0) & 0xc0) === 0x80) start++;
  return buffer.subarray(start).toString();
};

interface Composed {
  readonly text: string;
  /** So many of the newest entries are in it. */
  readonly shown: number;
}

/** As many of the newest lines as fit into so many bytes, with `…` before them when that is not all there is. */
const compose = (head: string, lines: ReadonlyArray<string>, isCut: boolean, maxBytes: number): Composed => {
  const ellipsis = '…\n';
  let room = maxBytes - bytes(head) - bytes(ellipsis);
  let first = lines.length;
  while (first > 0) {
    const size = bytes(lines[first - 1] ?? '');
    if (size > room) break;
    room -= size;
    first--;
  }
  const newest = lines.at(-1);
  // an entry that alone is too long is shown by its end, rather than hiding all before it
  if (first === lines.length && newest !== undefined)
    return { text: head + ellipsis + tail(newest, Math.max(0, room)), shown: 1 };
  return {
    text: head + (isCut || first > 0 ? ellipsis : '') + lines.slice(first).join(''),
    shown: lines.length - first,
  };
};

/** Below this the message is sent as it is, however little room there is. */
const leastBytes = 1024;

/**
 * The text an agent reads on joining (relay.md §3): the newest 200 entries and 32 KiB at most, `…` in front when
 * something was cut, in parts of `agentTextMax`. `entries`: as `GET /v1/context` tells them, oldest first, all of them
 * or the newest. `fits`: the document has room for these parts; until it has, older entries are cut. `undefined` when
 * there is nothing to tell.
 */
export const renderContext = (
  entries: ReadonlyArray<StoredMessage>,
  policy: ChatPolicy,
  fits: (parts: ReadonlyArray<string>) => boolean = () => true,
): RenderedContext | undefined => {
  if (entries.length === 0 || policy.texts.context === '') return undefined;
  const newest = entries.slice(-contextMaxEntries);
  const lines = newest.map((entry) => line(entry, policy));
  const isCut = newest.length < entries.length;
  const head = `${policy.texts.context}:\n`;
  let max = contextMaxBytes;
  let composed = compose(head, lines, isCut, max);
  let parts = agentPieces(composed.text, policy);
  while (!fits(parts) && max > leastBytes) {
    max = Math.floor(max * 0.8);
    composed = compose(head, lines, isCut, max);
    parts = agentPieces(composed.text, policy);
  }
  const shown = entries.slice(entries.length - composed.shown);
  return { parts, arrivals: shown.map(({ arrival }) => arrival) };
};
