import { isIP } from 'node:net';
import type { Log } from '../../application/ports/log.port.ts';

/** Which pod to talk to: the configured one, until a SwitchServer answer names another (protocol notes §8). */
export interface Pods {
  /** Without `/chat/rest` and without a slash at its end. */
  readonly current: () => string;
  /** The pod of a running session; one that is not allowed (any more) is the configured one. */
  readonly of: (pod: string | undefined) => string;
  /** Goes there from now on, if it is allowed; undefined: it is not. */
  readonly moveTo: (url: string) => string | undefined;
}

const vendorDomain = 'salesforceliveagent.com';

/** A rogue answer must not lead the conversations of people anywhere else. */
export const makePods = (chatUrl: string, log: Pick<Log, 'info' | 'warn'>): Pods => {
  const configured = withoutTail(chatUrl);
  let current = configured;

  const allowed = (url: string): string | undefined => {
    const target = parsed(url);
    const home = parsed(configured);
    if (target === undefined || home === undefined) return undefined;
    const safe = target.protocol === 'https:' || target.protocol === home.protocol;
    const known =
      target.hostname === home.hostname || domainsOf(home).some((domain) => isBelow(target, domain));
    const plain =
      target.username === '' && target.password === '' && target.search === '' && target.hash === '';
    return safe && known && plain ? withoutTail(target.origin + target.pathname) : undefined;
  };

  return {
    current: () => current,
    of: (pod) => (pod === undefined ? configured : (allowed(pod) ?? configured)),
    moveTo: (url) => {
      const target = allowed(url);
      if (target === undefined) log.warn('live-agent-pod-refused', { host: parsed(url)?.host ?? '?' });
      else if (target !== current) {
        current = target;
        log.info('live-agent-pod-changed', { host: new URL(target).host });
      }
      return target;
    },
  };
};

const parsed = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);

/** SwitchServer may name the host alone, or the root of the chat or of its REST API. */
const withoutTail = (url: string): string => url.replace(/\/+$/u, '').replace(/\/chat(\/rest)?$/u, '');

/** The vendor's, and the configured host's own parent: `la1.example.com` may send to `la2.example.com`. */
const domainsOf = ({ hostname }: URL): ReadonlyArray<string> => {
  const labels = isIP(hostname.replace(/^\[|\]$/gu, '')) ? [] : hostname.split('.');
  return labels.length > 2 ? [vendorDomain, labels.slice(1).join('.')] : [vendorDomain];
};

const isBelow = ({ hostname }: URL, domain: string): boolean => hostname.endsWith(`.${domain}`);
