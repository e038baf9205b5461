import { readable } from './agent-text.ts';
import type { Arrival, StoredMessage } from './message.ts';
import { contextMaxBytes, contextMaxEntries, type ChatPolicy } from './policy.ts';
import { splitText } from './split.ts';

/** The context message as it will be posted, and which entries the agent has seen once it is. */
export interface RenderedContext {
  readonly parts: ReadonlyArray<string>;
  readonly from: Arrival;
  readonly to: Arrival;
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
  const date = new Date(Math.min(Math.max(timestamp, -dateMax), dateMax));
  const parts = new Map(formatterFor(timeZone).formatToParts(date).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('day')}-${part('month')}-${part('year')} ${part('hour')}:${part('minute')}:${part('second')}`;
};

const withoutTrailingBreaks = (text: string): string => text.replace(/[\r\n]+$/u, '');

const line = (entry: StoredMessage, { texts, timeZone }: ChatPolicy): string => {
  const label = entry.from === 'user' ? texts.clientLabel : texts.botLabel;
  const said = withoutTrailingBreaks(readable(entry.content, texts));
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

/**
 * The text an agent reads on joining (relay.md §3): the newest 200 entries and 32 KiB at most, `…` in front when
 * something was cut, in parts of `agentTextMax`. `entries`: as `GET /v1/context` tells them, oldest first, all of them
 * or the newest. `undefined` when there is nothing to tell.
 */
export const renderContext = (
  entries: ReadonlyArray<StoredMessage>,
  policy: ChatPolicy,
): RenderedContext | undefined => {
  if (entries.length === 0 || policy.texts.context === '') return undefined;
  const head = `${policy.texts.context}:\n`;
  const ellipsis = '…\n';
  let room = contextMaxBytes - bytes(head) - bytes(ellipsis);
  const lines: string[] = [];
  let shortened = false;
  let first = entries.length;
  while (first > 0 && entries.length - first < contextMaxEntries) {
    const entry = entries[first - 1];
    if (entry === undefined) break;
    const text = line(entry, policy);
    const size = bytes(text);
    if (size > room) {
      // an entry that alone is too long is shown by its end, rather than hiding all before it
      if (lines.length === 0) {
        lines.push(tail(text, room));
        shortened = true;
        first--;
      }
      break;
    }
    room -= size;
    lines.push(text);
    first--;
  }
  const cut = first > 0 || shortened;
  const shown = entries.slice(first);
  const text = head + (cut ? ellipsis : '') + lines.reverse().join('');
  // by arrival: nothing that was cut may fall into the range; what was shown and does not is shown again another time
  const from = entries.slice(0, first).reduce((latest, { arrival }) => Math.max(latest, arrival + 1), 0);
  const to = shown.reduce((latest, { arrival }) => Math.max(latest, arrival), 0);
  return { parts: splitText(text, policy.agentTextMax), from, to };
};
