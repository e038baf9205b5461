import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { openCall } from './call.ts';
import { type ChatCall, type ChatResponse, failureOf, isSuccess, json, undecodable } from './exchange.ts';
import { membersOf } from './read.ts';
import type { LiveAgentSettings } from './settings.ts';

/** GET Visitor/Availability (protocol notes §2). */

export const what = 'availability';

export type Availability =
  | { readonly kind: 'answer'; readonly available: boolean }
  /** This pod does not serve the org: ask there. */
  | { readonly kind: 'elsewhere'; readonly url: string };

/** Ids of 18 characters are those of 15 with a check sum, which this call does not take. */
const short = (id: string): string => id.slice(0, 15);

export const createRequest = (settings: LiveAgentSettings, base: string, buttonId: string): ChatCall => {
  const query = new URLSearchParams({
    org_id: short(settings.organizationId),
    deployment_id: short(settings.deploymentId),
    'Availability.ids': short(buttonId),
  });
  return openCall(settings, base, `Visitor/Availability?${query.toString()}`);
};

const envelope = t.type({ messages: t.array(t.type({ type: t.string, message: t.unknown })) });
const results = t.type({ results: t.UnknownArray });

export const handleResponse = (
  buttonId: string,
  response: ChatResponse,
): Either<RemoteFailure, Availability> => {
  if (!isSuccess(response)) return E.left(failureOf(what, response));
  const decoded = envelope.decode(json(response.text));
  if (E.isLeft(decoded)) return E.left(undecodable(what, response.status));
  const { messages } = decoded.right;
  const elsewhere = membersOf(messages.find(({ type }) => type === 'SwitchServer')?.message).newUrl;
  if (typeof elsewhere === 'string') return E.right({ kind: 'elsewhere', url: elsewhere });
  const answer = results.decode(messages.find(({ type }) => type === 'Availability')?.message);
  if (E.isLeft(answer)) return E.left(undecodable(what, response.status));
  const own = answer.right.results
    .map(membersOf)
    .find(({ id }) => typeof id === 'string' && short(id) === short(buttonId));
  // left out when false
  return E.right({ kind: 'answer', available: own?.isAvailable === true });
};
