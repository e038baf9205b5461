/** The only door to fp-ts: everything the project uses of it, under short names. */
export { pipe } from 'fp-ts/lib/function.js';
export { sequenceS } from 'fp-ts/lib/Apply.js';
export * as E from 'fp-ts/lib/Either.js';
export * as O from 'fp-ts/lib/Option.js';
export * as TE from 'fp-ts/lib/TaskEither.js';
export * as RA from 'fp-ts/lib/ReadonlyArray.js';
export type { Either } from 'fp-ts/lib/Either.js';
export type { Option } from 'fp-ts/lib/Option.js';
export type { TaskEither } from 'fp-ts/lib/TaskEither.js';
