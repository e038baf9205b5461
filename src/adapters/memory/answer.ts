import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import { E, type TaskEither } from '../../domain/fp.ts';

export type Answer = <A>(action: () => A) => TaskEither<StoreUnavailable, A>;

/** Each call is done at once when its task is run; after the close none is. */
export const makeAnswer =
  (isClosed: () => boolean): Answer =>
  (action) =>
  () => {
    if (isClosed()) return Promise.resolve(E.left(storeUnavailable('the store is closed')));
    try {
      return Promise.resolve(E.right(action()));
    } catch (cause) {
      return Promise.resolve(E.left(storeUnavailable(cause)));
    }
  };
