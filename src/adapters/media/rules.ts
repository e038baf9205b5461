import { isIP } from 'node:net';
import { E, type Either } from '../../domain/fp.ts';
import { addressKind } from './addresses.ts';
import { type AllowedHosts, matchHost } from './allowed-hosts.ts';

export interface MediaRules {
  readonly allowedHosts: AllowedHosts;
  /** ENVIRONMENT=dev: plain http, and this machine where the list names it. */
  readonly dev: boolean;
}

/** A URL that may be asked for once its addresses were looked at. */
export interface Target {
  readonly url: URL;
  /** The host is an address itself: there is nothing to resolve. */
  readonly address?: string;
  readonly loopbackListed: boolean;
}

/** Without the brackets of IPv6. */
const plainHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/u, '$1');

/**
 * What the URL alone tells, of a media message as of each redirect. The URL parser has made one of all spellings of an
 * address by then (decimal, octal, hexadecimal, shortened, full width).
 */
export const checkUrl = (rules: MediaRules, text: string, base?: URL): Either<string, Target> => {
  const url = URL.parse(text, base?.href);
  if (url === null) return E.left('not a URL');
  if (url.protocol !== 'https:' && !(rules.dev && url.protocol === 'http:')) {
    return E.left('not https');
  }
  if (url.username !== '' || url.password !== '') return E.left('a user name in the URL');
  const match = matchHost(rules.allowedHosts, url);
  if (match === undefined) return E.left('host not allowed');
  const host = plainHost(url);
  const address = isIP(host) === 0 ? undefined : host;
  return E.right({
    url,
    ...(address === undefined ? {} : { address }),
    loopbackListed:
      rules.dev && match === 'exactly' && (host === 'localhost' || addressKind(host) === 'loopback'),
  });
};

/** One address that must not be connected to spoils all: a name that leads outside and inside is not to be trusted. */
export const mayConnect = (target: Target, addresses: ReadonlyArray<string>): boolean =>
  addresses.length > 0 &&
  addresses.every((address) => {
    const kind = addressKind(address);
    return kind === 'public' || (kind === 'loopback' && target.loopbackListed);
  });
