import { failure, retryAfter, type Answer } from './answer.ts';
import type { HttpError } from './errors.ts';
import { validationText } from './validation.ts';

type Rows = {
  readonly [Tag in HttpError['_tag']]: (error: Extract<HttpError, { readonly _tag: Tag }>) => Answer;
};

const always = (answer: Answer): (() => Answer) => {
  return () => answer;
};

const notCreated = 'could not create chat in salesforce';
const soonMs = 1_000;
/** When nobody serves the chat now: the bot's next try should not be the same minute's. */
const laterMs = 30_000;

/** All answers but success (http-api.md; misspellings are part of the contract). */
const rows: Rows = {
  UnknownPath: always(failure(404, 'Not found.')),
  WrongMethod: ({ allow }) => failure(405, 'Method not allowed.', ['Allow', allow]),
  MalformedRequest: always(failure(400, 'Bad request.')),

  TokenMissing: always(
    failure(401, 'An Authorization header or an Query Param with name token is required.'),
  ),
  TokenHeaderInvalid: always(failure(401, 'Invalid Authorization token, header invalid.')),
  InvalidToken: always(failure(403, 'Invalid Authorization token.')),
  RoleNotAllowed: always(failure(403, 'Invalid Authorization token.')),
  SignatureInvalid: always(failure(403, 'Invalid signature.')),
  NotForThisPeer: always(failure(403, 'Only for callers on this machine.')),

  MediaTypeUnsupported: always(failure(415, 'Unsupported media type, application/json is expected.')),
  BodyTooLarge: always(failure(413, 'Request body too large, at most 256 KiB are taken.')),
  BodyTooSlow: always(failure(408, 'The request body took too long.', ['Connection', 'close'])),
  Overloaded: always(failure(503, 'Too many requests, try again later.', retryAfter(soonMs))),

  PayloadUndecodable: ({ detail }) => failure(400, `Invalid payload received : ${detail}`),
  WebhookUndecodable: always(failure(400, 'invalid pauload received : error decode body request')),
  PayloadInvalid: ({ struct, failures }) => failure(400, validationText(struct, failures)),
  ProviderInvalid: ({ provider }) =>
    failure(400, `invalid provider : ${provider}, allowed values are facebook and whatsapp`),

  InvalidCredentials: always(failure(401, 'Invalid credentials.')),
  TooManyAttempts: ({ retryAfterMs }) =>
    failure(429, 'Too many failed attempts, try again later.', retryAfter(retryAfterMs)),

  ChatExists: always(failure(409, `${notCreated} : session exists with this userID`)),
  ContactBlocked: always(failure(422, `${notCreated}: this contact is blocked`)),
  NoAgents: always(failure(503, `${notCreated} : no agents available`, retryAfter(laterMs))),
  ChatFinished: always(failure(409, `${notCreated} : chat was finished`)),
  ConnectStepFailed: ({ step, why, retryAfterMs }) => {
    const text = `${notCreated} : ${step}`;
    switch (why) {
      case 'error':
        return failure(502, text);
      case 'busy':
        return failure(503, text, retryAfter(retryAfterMs ?? soonMs));
      case 'timeout':
        return failure(504, text);
    }
  },

  NoOpenChat: always(
    failure(404, 'could not finish chat in salesforce : this contact does not have an interconnection'),
  ),
  EraseRefused: ({ why }) =>
    failure(
      409,
      why === 'chat-open'
        ? 'could not erase context : session exists with this userID'
        : 'could not erase context : messages are still being delivered',
    ),
  NoChat: always(failure(404, 'no chat found for this userID')),
  NoSetAside: always(failure(404, 'no such message is set aside')),
  CannotRetry: ({ why }) => failure(409, `could not retry : ${why}`),

  MessageNotStored: always(
    failure(503, 'There was an error inserting integration message', retryAfter(soonMs)),
  ),
  ContextUnavailable: always(failure(500, 'error retrieving context')),
  StoreUnavailable: always(failure(503, 'Service unavailable, try again later.', retryAfter(soonMs))),
  RegisterFailed: always(failure(500, 'error register webhook')),
  RemoveFailed: always(failure(500, 'error remove webhook')),

  NotReady: ({ lines }) => failure(503, ['not ready', ...lines].join('\n'), retryAfter(soonMs)),
  Unexpected: always(failure(500, 'Internal server error.')),
};

export const answerToError = (error: HttpError): Answer =>
  (rows[error._tag] as (error: HttpError) => Answer)(error);
