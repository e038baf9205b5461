import { sessionCall, type SessionAddress } from './call.ts';
import { type ChatCall, type ChatResponse, isSuccess } from './exchange.ts';
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

export const handleResponse = (response: ChatResponse): { readonly kind: 'resynced' } | Setback =>
  isSuccess(response) ? { kind: 'resynced' } : setbackOf(what, response);
