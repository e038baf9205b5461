import { E, type Either } from '../../domain/fp.ts';

/** One entry of MEDIA_ALLOWED_HOSTS. `host` is canonical: lower case, punycode, IPv6 in brackets. */
interface AllowedHost {
  readonly host: string;
  /** `*.host`: any name below it, not the name itself. */
  readonly below: boolean;
  /** Absent: the port that belongs to the scheme. */
  readonly port?: string;
}

export type AllowedHosts = ReadonlyArray<AllowedHost>;

const entryShape = /^(?<star>\*\.)?(?<host>\[[0-9a-f:.]+\]|[^\s:/?#@*[\]\\%]+?)(?::(?<port>\d{1,5}))?$/iu;

/** The spelling that a URL would give the host. */
const canonical = (host: string): string | undefined => {
  const url = URL.parse(`https://${host}/`);
  return url === null || url.hostname === '' || url.hostname.endsWith('.') ? undefined : url.hostname;
};

const parseEntry = (entry: string): AllowedHost | undefined => {
  const parts = entryShape.exec(entry)?.groups;
  const host = parts?.host === undefined ? undefined : canonical(parts.host);
  if (parts === undefined || host === undefined || Number(parts.port ?? 1) > 65_535) return undefined;
  return {
    host,
    below: parts.star !== undefined,
    ...(parts.port === undefined ? {} : { port: String(Number(parts.port)) }),
  };
};

/** Reads `host`, `host:port`, `*.host` and `*.host:port`, separated by commas; says which entry it cannot read. */
export const parseAllowedHosts = (setting: string): Either<string, AllowedHosts> => {
  const entries = setting
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const hosts = entries.map(parseEntry);
  const bad = hosts.indexOf(undefined);
  return bad === -1
    ? E.right(hosts.filter((host) => host !== undefined))
    : E.left(`"${entries[bad] ?? ''}" is none of host, host:port, *.host, *.host:port`);
};

/** `exactly`: an entry names this very host, no pattern. */
export const matchHost = (hosts: AllowedHosts, url: URL): 'exactly' | 'below' | undefined => {
  const matches = (entry: AllowedHost): boolean =>
    // URL.port is empty where it is the scheme's own
    (entry.port === undefined ? url.port === '' : entry.port === (url.port || schemePort(url))) &&
    (entry.below ? url.hostname.endsWith(`.${entry.host}`) : url.hostname === entry.host);
  const matching = hosts.filter(matches);
  if (matching.length === 0) return undefined;
  return matching.some((entry) => !entry.below) ? 'exactly' : 'below';
};

const schemePort = (url: URL): string => (url.protocol === 'http:' ? '80' : '443');
