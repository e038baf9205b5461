import type { Application } from '../../application/application.ts';
import type { TaskEither } from '../../domain/fp.ts';
import type { Failure, Struct } from './validation.ts';

type ErrorOf<UseCase> = UseCase extends (...given: never) => TaskEither<infer Error, unknown> ? Error : never;

/** Everything that a use case can fail with: a new tag shows up here by itself, and asks for a row in `answers.ts`. */
type ApplicationError = ErrorOf<Application[keyof Application]>;

/** What makes a route answer with anything but success. */
export type HttpError =
  /** Told apart by route, see `RegisterFailed` and `RemoveFailed`. */
  | Exclude<ApplicationError, { readonly _tag: 'WebhookCallFailed' }>
  | { readonly _tag: 'RegisterFailed' | 'RemoveFailed'; readonly detail: string }
  | { readonly _tag: 'MessageNotStored' | 'ContextUnavailable'; readonly detail: string }
  | { readonly _tag: 'UnknownPath' }
  | { readonly _tag: 'WrongMethod'; readonly allow: string }
  | { readonly _tag: 'MalformedRequest' }
  | { readonly _tag: 'TokenMissing' }
  | { readonly _tag: 'TokenHeaderInvalid' }
  | { readonly _tag: 'RoleNotAllowed' }
  | { readonly _tag: 'SignatureInvalid' }
  | { readonly _tag: 'NotForThisPeer' }
  | { readonly _tag: 'MediaTypeUnsupported' }
  | { readonly _tag: 'BodyTooLarge' }
  | { readonly _tag: 'BodyTooSlow' }
  | { readonly _tag: 'Overloaded' }
  /** `detail` is shown to the caller: in our words, nothing of the body. */
  | { readonly _tag: 'PayloadUndecodable'; readonly detail: string }
  | { readonly _tag: 'WebhookUndecodable'; readonly detail: string }
  | { readonly _tag: 'PayloadInvalid'; readonly struct: Struct; readonly failures: ReadonlyArray<Failure> }
  | { readonly _tag: 'ProviderInvalid'; readonly provider: string }
  | { readonly _tag: 'NotReady'; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: 'Unexpected'; readonly detail: string };

export const unexpected = (cause: unknown): HttpError => ({
  _tag: 'Unexpected',
  detail: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
});
