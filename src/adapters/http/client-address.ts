import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

type Peer = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

const own: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'uniqueLocal',
  'linkLocal',
  'carrierGradeNat',
]);

/** IPv4 in the clothes of IPv6 is IPv4. */
const parse = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  const plain = text.trim().replace(/^\[(.*)\](?::\d+)?$/u, '$1');
  const address = /^[\d.]+:\d+$/u.test(plain) ? plain.slice(0, plain.indexOf(':')) : plain;
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
};

/** The other end of the connection is on this machine; headers do not count. */
export const isLoopback = ({ socket }: Peer): boolean =>
  parse(socket.remoteAddress ?? '')?.range() === 'loopback';

/**
 * Whom failed logins are counted against. Each proxy adds at the right whom it heard, and what comes further left
 * anybody may have written: so the first from the right that is no proxy of our own network.
 */
export const clientAddress = (req: Peer, trustProxy: boolean): string => {
  const peer = parse(req.socket.remoteAddress ?? '')?.toString() ?? 'unknown';
  if (!trustProxy) return peer;
  const forwarded = String(req.headers['x-forwarded-for'] ?? '')
    .split(',')
    .slice(-16)
    .map(parse)
    .filter((address) => address !== undefined);
  const outside = forwarded.findLast((address) => !own.has(address.range()));
  return (outside ?? forwarded.at(-1))?.toString() ?? peer;
};
