/**
 * The inside of the service, for those who host it themselves: the use cases, the ports they need, and the words of the
 * domain. Nothing here loads a web framework, a container, a database driver or a client of a remote; those are adapters,
 * each under its own name (`relevo/adapters/mongodb`). Guide: docs/embedding.md.
 *
 * @packageDocumentation
 */

// -- all of it, made of its ports
export { makeApplication } from './application/make-application.ts';
export type { Ports, Settings, Workers, WorkersHealth } from './application/make-application.ts';
export { defaultPolicy, makeSettings, type SettingsOptions } from './embedding.ts';

// -- the use cases, and what they answer
export type {
  Application,
  CannotRetry,
  ChatView,
  ConnectChat,
  ConnectChatError,
  ConnectStep,
  ContextEntry,
  EraseRefused,
  InvalidCredentials,
  NoChat,
  NoOpenChat,
  NoSetAside,
  TooManyAttempts,
  WebhookCallFailed,
  WhichSetAside,
  Whose,
} from './application/application.ts';

// -- single ones, for a function that does one thing; the others need all of `makeApplication`
export {
  makeAuthenticate,
  makeCheckToken,
  type AuthenticateDeps,
} from './application/use-cases/authenticate.use-case.ts';
export { makeEraseUser, type EraseDeps } from './application/use-cases/erase-user.use-case.ts';
export { makeGetChat } from './application/use-cases/get-chat.use-case.ts';
export { makeGetContext } from './application/use-cases/get-context.use-case.ts';
export { makeIngestMessages, type IngestDeps } from './application/use-cases/ingest-messages.use-case.ts';
export {
  makeRegisterWebhook,
  makeRemoveWebhook,
  type WebhooksDeps,
} from './application/use-cases/webhooks.use-case.ts';
export type { ConnectSettings } from './application/use-cases/connect-chat.use-case.ts';

// -- the ports
export type {
  Absorbed,
  AgentDesk,
  ChatRequest,
  DeskAnswer,
  DeskPost,
  DeskSignal,
  DeskState,
  PostOutcome,
  Prepared,
} from './application/ports/agent-desk.port.ts';
export type { BotChannel } from './application/ports/bot-channel.port.ts';
export type { BotFlow } from './application/ports/bot-flow.port.ts';
export type {
  CaseFiles,
  MediaFailure,
  MediaRefused,
  MediaUnavailable,
} from './application/ports/case-files.port.ts';
export type {
  ChatStore,
  OwnerId,
  Save,
  SetAsideEntry,
  SpillStamp,
  StoredConversation,
} from './application/ports/chat-store.port.ts';
export type { Clock } from './application/ports/clock.port.ts';
export type { ContextStore } from './application/ports/context-store.port.ts';
export type { Credentials } from './application/ports/credentials.port.ts';
export type { CaseRequest, Contact, ContactQuery, Crm } from './application/ports/crm.port.ts';
export { storeUnavailable } from './application/ports/errors.ts';
export type { RemoteFailure, StoreUnavailable } from './application/ports/errors.ts';
export type { Ids } from './application/ports/ids.port.ts';
export type { Instance, Instances } from './application/ports/instances.port.ts';
export type { Log, LogFields } from './application/ports/log.port.ts';
export type { LoginThrottle, LoginTry } from './application/ports/login-throttle.port.ts';
export type { Metrics } from './application/ports/metrics.port.ts';
export { noProbe, type CrashPoint, type Probe } from './application/ports/probe.port.ts';
export type { Identity, InvalidToken, Role, TokenIssuer } from './application/ports/token.port.ts';
export type { Turns } from './application/ports/turns.port.ts';

// -- the words of the domain
export {
  channelTextMax,
  makeUser,
  providers,
  userKey,
  userOf,
  type Provider,
  type User,
  type UserKey,
} from './domain/channel.ts';
export type {
  AgentLane,
  Chat,
  ChatLanes,
  ChatReason,
  ChatState,
  Conversation,
  Lending,
  Profile,
  UploadState,
} from './domain/conversation.ts';
export type { DeskEvent, IdleTimer } from './domain/desk-event.ts';
export type {
  AgentPost,
  BotState,
  ChatId,
  Effect,
  EffectBase,
  EffectId,
  SetAside,
  Settlement,
  Upload,
  UserText,
} from './domain/effect.ts';
export type { Either, Option, TaskEither } from './domain/fp.ts';
export type { Arrival, Content, MediaKind, Message, StoredMessage } from './domain/message.ts';
export type { ChatPolicy } from './domain/policy.ts';
export type { NotRetryable } from './domain/retry.ts';
export type { FlowRoute, SourceFlow, SourceFlows } from './domain/source-flow.ts';
export { defaultTexts, overlayTexts, type TextName, type Texts } from './domain/texts.ts';
