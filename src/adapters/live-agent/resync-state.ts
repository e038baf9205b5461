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

/** A 400: the desk stands at another step than we (a reconnect that came to it twice, say), so that all begins again. */
export const handleResponse = (response: ChatResponse): { readonly kind: 'resynced' } | Setback => {
  if (isSuccess(response)) return { kind: 'resynced' };
  return response.status === 400
    ? { kind: 'affinity-lost', detail: described(what, response) }
    : setbackOf(what, response);
};
