import { sessionCall, type SessionAddress } from './call.ts';
import { type ChatCall, type ChatResponse, described, isSuccess } from './exchange.ts';
import type { LiveAgentSettings } from './settings.ts';
import { type Setback, setbackOf } from './setback.ts';

/** POST Chasitor/ChasitorResyncState: the last step after a failover; it carries no number (protocol notes §7). */

export const what = 'resync';

export const createRequest = (settings: LiveAgentSettings, address: SessionAddress): ChatCall =>
  sessionCall(settings, address, {
    method: 'POST',
    path: 'Chasitor/ChasitorResyncState',
    body: { organizationId: settings.organizationId },
  });

export type Resynced =
  | { readonly kind: 'resynced' }
  /** The desk stands at another step than we: it was reconnected twice, say, or has taken this call already. */
  | { readonly kind: 'out-of-step'; readonly detail: string }
  | Setback;

export const handleResponse = (response: ChatResponse): Resynced => {
  if (isSuccess(response)) return { kind: 'resynced' };
  return response.status === 400
    ? { kind: 'out-of-step', detail: described(what, response) }
    : setbackOf(what, response);
};
