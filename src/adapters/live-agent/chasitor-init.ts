import { E, type Either } from '../../domain/fp.ts';
import type { ChatRequest } from '../../application/ports/agent-desk.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { sessionCall, type SessionAddress } from './call.ts';
import { lastTaken } from './chasitor-post.ts';
import {
  type ChatCall,
  type ChatResponse,
  described,
  failureOf,
  isOverLimit,
  isSuccess,
} from './exchange.ts';
import type { LiveAgentSettings } from './settings.ts';

/** POST Chasitor/ChasitorInit: asks for an agent (remotes.md §3). It is always the first post of a session. */

export const what = 'chat request';
export const firstNumber = 1;

export interface SessionExpired {
  readonly _tag: 'SessionExpired';
  readonly detail: string;
}

const detail = (label: string, value: string) => ({
  label,
  value,
  displayToAgent: true,
  transcriptFields: [label],
});

const entity = (entityName: string, label: string) => ({
  entityName,
  linkToEntityName: entityName,
  linkToEntityField: 'Id',
  saveToTranscript: entityName,
  showOnCreate: true,
  entityFieldsMaps: [{ fieldName: 'Id', label, doFind: true, isExactMatch: true, doCreate: false }],
});

export const createRequest = (
  settings: LiveAgentSettings,
  address: SessionAddress,
  sessionId: string,
  request: ChatRequest,
): ChatCall =>
  sessionCall(settings, address, {
    method: 'POST',
    path: 'Chasitor/ChasitorInit',
    number: firstNumber,
    body: {
      organizationId: settings.organizationId,
      deploymentId: settings.deploymentId,
      buttonId: request.buttonId,
      sessionId,
      userAgent: 'Yalo Bot',
      language: 'es-MX',
      screenResolution: '1900x1080',
      visitorName: request.visitorName,
      prechatDetails: [detail('CaseId', request.caseId), detail('ContactId', request.contactId)],
      prechatEntities: [entity('Case', 'CaseId'), entity('Contact', 'ContactId')],
      buttonOverrides: [],
      receiveQueueUpdates: true,
      isPost: true,
    },
  });

/** Taken for processing: whether the chat is queued is told by an event. */
export const handleResponse = (response: ChatResponse): Either<RemoteFailure | SessionExpired, void> => {
  // a repeat that the server knows by its number
  if (isSuccess(response) || lastTaken(response) === firstNumber) return E.right(undefined);
  return E.left(
    response.status === 403 && !isOverLimit(response)
      ? { _tag: 'SessionExpired', detail: described(what, response) }
      : failureOf(what, response),
  );
};
