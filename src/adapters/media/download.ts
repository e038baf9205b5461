import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import fetch, { type Response } from 'node-fetch';
import { E, type Either } from '../../domain/fp.ts';
import type {
  MediaFailure,
  MediaRefused,
  MediaUnavailable,
} from '../../application/ports/case-files.port.ts';
import { retryAfterMs } from '../shared/retry-after.ts';
import { checkUrl, type MediaRules, mayConnect, type Target } from './rules.ts';
import { headBytes, isActiveType, looksActive } from './types.ts';

export interface Media {
  readonly bytes: Uint8Array;
  /** As the server names it. */
  readonly mediaType?: string;
}

export type Download = (url: string, deadline: AbortSignal) => Promise<Either<MediaFailure, Media>>;

export interface DownloadOptions extends MediaRules {
  readonly maxBytes: number;
  /** INTEGRATIONS_MEDIA_TOKEN, told to the origin of INTEGRATIONS_BASE_URL alone. */
  readonly token?: { readonly value: string; readonly baseUrl: string };
  /** Longest that one download takes, redirects included. Default 60 s. */
  readonly timeoutMs?: number;
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<ReadonlyArray<string>>;
}

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Statuses that may be another the next time; any other 4xx says that it is gone, or not for us. */
const passing = new Set([401, 408, 409, 425, 429]);

const systemResolve = async (host: string): Promise<ReadonlyArray<string>> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Fetches media that a user sent. The URL is theirs, so nothing about it is trusted: each hop's host must be listed,
 * each address it resolves to must be a public one, and the connection is made to the addresses that were looked at,
 * whatever the name resolves to by then. A download changes nothing, so its failures are all `certain`.
 */
export const makeDownload = (options: DownloadOptions): Download => {
  const resolve = options.resolve ?? systemResolve;

  const addressesOf = async (target: Target): Promise<Either<MediaFailure, ReadonlyArray<string>>> => {
    try {
      const addresses = target.address === undefined ? await resolve(target.url.hostname) : [target.address];
      return mayConnect(target, addresses)
        ? E.right(addresses)
        : E.left(refused('an address that is not public'));
    } catch {
      return E.left(unavailable('the host name cannot be resolved'));
    }
  };

  const hop = async (
    target: Target,
    signal: AbortSignal,
  ): Promise<Either<MediaFailure, Media | Redirect>> => {
    const addresses = await orAborted(addressesOf(target), signal);
    if (E.isLeft(addresses)) return addresses;
    const agent = pinnedAgent(target.url, addresses.right);
    try {
      const response = await fetch(target.url, {
        agent,
        signal,
        redirect: 'manual',
        headers: { Accept: '*/*', ...authorization(options, target.url) },
      });
      return await answer(response, options.maxBytes);
    } catch (thrown) {
      return E.left(signal.aborted ? tooLate : unavailable(codeOf(thrown)));
    } finally {
      agent.destroy();
    }
  };

  return async (url, deadline) => {
    const signal = AbortSignal.any([deadline, AbortSignal.timeout(options.timeoutMs ?? 60_000)]);
    let from: URL | undefined;
    let to = url;
    for (let followed = 0; followed <= maxRedirects; followed += 1) {
      const target = checkUrl(options, to, from);
      if (E.isLeft(target)) return E.left(refused(followed === 0 ? target.left : `redirect: ${target.left}`));
      const outcome = await hop(target.right, signal);
      if (E.isLeft(outcome)) return outcome;
      if (!('location' in outcome.right)) return E.right(outcome.right);
      from = target.right.url;
      to = outcome.right.location;
    }
    return E.left(refused('too many redirects'));
  };
};

interface Redirect {
  readonly location: string;
}

const refused = (why: string): MediaRefused => ({
  _tag: 'MediaRefused',
  certain: true,
  detail: `media download: ${why}`,
});

const unavailable = (why: string): MediaUnavailable => ({
  _tag: 'MediaUnavailable',
  certain: true,
  detail: `media download: ${why}`,
});

const tooLate = unavailable('not done in time');

/** A system error's code; its message may name addresses and paths. */
const codeOf = (thrown: unknown): string => {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z_0-9]{1,60}$/u.test(code) ? code : 'the connection failed';
};

const authorization = (options: DownloadOptions, url: URL): Readonly<Record<string, string>> =>
  options.token !== undefined && url.origin === URL.parse(options.token.baseUrl)?.origin
    ? { Authorization: `Bearer ${options.token.value}` }
    : {};

/** Connects to these addresses only; made for one request and thrown away with it. */
const pinnedAgent = (url: URL, addresses: ReadonlyArray<string>): HttpAgent | HttpsAgent => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, all);
    else done(null, all[0]?.address ?? '', all[0]?.family ?? 0);
  };
  return url.protocol === 'https:' ? new HttpsAgent({ lookup: pinned }) : new HttpAgent({ lookup: pinned });
};

const answer = async (
  response: Response,
  maxBytes: number,
): Promise<Either<MediaFailure, Media | Redirect>> => {
  const { status } = response;
  if (redirects.has(status)) {
    const location = response.headers.get('location');
    return location === null ? E.left(refused('a redirect to nowhere')) : E.right({ location });
  }
  if (!response.ok) return E.left(statusTrouble(response));
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) return E.left(refused('too large'));
  const mediaType = response.headers.get('content-type');
  if (mediaType !== null && isActiveType(mediaType)) return E.left(refused(notTaken));
  const bytes = await readAtMost(response, maxBytes);
  if (typeof bytes === 'string') return E.left(refused(bytes));
  return E.right({ bytes, ...(mediaType === null ? {} : { mediaType }) });
};

const notTaken = 'a type that is not taken';

/** Counts what comes out of a compressed body too. A text: why the rest was not read. */
const readAtMost = async (response: Response, maxBytes: number): Promise<Uint8Array | string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  let looked = false;
  for await (const part of response.body ?? []) {
    const chunk = Buffer.from(part);
    size += chunk.length;
    if (size > maxBytes) return 'too large';
    chunks.push(chunk);
    if (looked || size < headBytes) continue;
    looked = true;
    if (looksActive(Buffer.concat(chunks))) return notTaken;
  }
  if (size === 0) return 'empty';
  const bytes = Buffer.concat(chunks, size);
  return !looked && looksActive(bytes) ? notTaken : bytes;
};

const statusTrouble = ({ status, headers }: Response): MediaFailure => {
  if (status >= 400 && status < 500 && !passing.has(status)) return refused(String(status));
  const after =
    status === 429 || status === 503
      ? retryAfterMs(headers.get('retry-after'), headers.get('date'), Date.now())
      : undefined;
  return { ...unavailable(String(status)), ...(after === undefined ? {} : { retryAfterMs: after }) };
};

/** A resolver cannot be stopped, only left alone. */
const orAborted = <A>(
  work: Promise<Either<MediaFailure, A>>,
  signal: AbortSignal,
): Promise<Either<MediaFailure, A>> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(E.left(tooLate));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
