import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { O, TE } from '../../domain/fp.ts';
import type { Credentials } from '../../application/ports/credentials.port.ts';
import type { Identity } from '../../application/ports/token.port.ts';

export interface User extends Identity {
  readonly password: string;
}

/**
 * Users of the configuration. What was sent is compared as a digest under a key of this process, so that all comparisons
 * have one length and their time tells nothing about the text; each user's name and password are compared, found or not.
 * The passwords are not kept, only their digests.
 */
export const makeCredentials = (users: ReadonlyArray<User>): Credentials => {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const known = users.map(({ username, password, role }) => ({
    identity: { username, role },
    name: digest(username),
    password: digest(password),
  }));

  return {
    check: (username, password) =>
      TE.fromIO(() => {
        const sent = { name: digest(username), password: digest(password) };
        const matches = known.filter((user) => {
          const nameFits = timingSafeEqual(user.name, sent.name);
          const passwordFits = timingSafeEqual(user.password, sent.password);
          return nameFits && passwordFits;
        });
        return O.fromNullable(matches[0]?.identity);
      }),
    knows: ({ username, role }) =>
      known.some(({ identity }) => identity.username === username && identity.role === role),
  };
};
