import type { BotChannel } from '../../src/application/ports/bot-channel.port.ts';
import type { BotFlow } from '../../src/application/ports/bot-flow.port.ts';
import type { CaseFiles, MediaRefused } from '../../src/application/ports/case-files.port.ts';
import type { Crm } from '../../src/application/ports/crm.port.ts';
import type { RemoteFailure } from '../../src/application/ports/errors.ts';
import { userKey, type User, type UserKey } from '../../src/domain/channel.ts';
import { E, O, type Either } from '../../src/domain/fp.ts';
import { callRemote, type Fate, type Fates, type Kind, type NoAnswer } from './network.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface Delivered {
  readonly id: string;
  readonly text: string;
  readonly at: number;
}

export interface Case {
  readonly id: string;
  readonly contactId: string;
  readonly subject: string;
  readonly origin: string;
  readonly madeAt: number;
}

/** The other remote systems: what they have got, and ports to them for each process. */
export interface Remotes {
  /** Texts that came to each user, repeats too, in order. */
  readonly shown: Map<UserKey, Delivered[]>;
  /** Bot states that each user was moved to. */
  readonly moves: Map<UserKey, { readonly state: string; readonly at: number }[]>;
  readonly contacts: Map<string, { readonly id: string; readonly email: string; blocked: boolean }>;
  readonly cases: Case[];
  /** Addresses of the media that were attached, by case. */
  readonly files: { readonly caseId: string; readonly url: string }[];
  readonly portsFor: (process: Process) => {
    readonly botChannel: BotChannel;
    readonly botFlow: BotFlow;
    readonly crm: Crm;
    readonly caseFiles: CaseFiles;
  };
}

export const makeRemotes = (
  scheduler: Scheduler,
  fates: Fates,
  hooks: {
    readonly leaves: (process: Process, user: User, what: string) => void;
    readonly onText: (user: User, delivered: Delivered) => void;
    readonly trace: (line: string) => void;
    readonly breach: (law: string, detail: unknown) => void;
  },
): Remotes => {
  const shown: Remotes['shown'] = new Map();
  const moves: Remotes['moves'] = new Map();
  const contacts: Remotes['contacts'] = new Map();
  const cases: Case[] = [];
  const files: { caseId: string; url: string }[] = [];

  const call = <A, F extends RemoteFailure | MediaRefused = RemoteFailure>(
    process: Process,
    kind: Kind,
    key: string,
    serve: () => Either<F, A>,
    signal: AbortSignal,
    { once = false } = {},
  ): Promise<Either<F | RemoteFailure, A>> => {
    const { fate } = fates.of(kind, key);
    return callRemote<Either<F | RemoteFailure, A>>(scheduler, {
      process,
      fate: once ? atMostOnce(fate) : fate,
      signal,
      serve,
      fail: (why) => E.left(failureOf(key, why, fate.luck)),
    });
  };

  const list = <A>(map: Map<UserKey, A[]>, user: User): A[] => {
    const found = map.get(userKey(user)) ?? [];
    map.set(userKey(user), found);
    return found;
  };

  const botChannel = (process: Process): BotChannel => ({
    recognisesRepeats: (provider) => provider === 'whatsapp',
    registerWebhook: () => async () => E.right(undefined),
    removeWebhook: () => async () => E.right(undefined),
    sendText:
      (user, { id, text }, signal) =>
      () => {
        hooks.leaves(process, user, `text ${id}`);
        const serve = (): Either<RemoteFailure, void> => {
          // the words that this channel will not have
          if (text.includes('forbidden')) return E.left(refused(400));
          const delivered = { id, text, at: scheduler.now() };
          const before = list(shown, user);
          if (user.provider === 'whatsapp' && before.some((other) => other.id === id))
            return E.right(undefined);
          before.push(delivered);
          hooks.onText(user, delivered);
          return E.right(undefined);
        };
        // a network that doubles requests by itself cannot be seen on Facebook
        return call(process, 'channel', userKey(user), serve, signal, { once: user.provider === 'facebook' });
      },
  });

  const botFlow = (process: Process): BotFlow => ({
    moveTo:
      (user, { state }, signal) =>
      () => {
        hooks.leaves(process, user, `state ${state}`);
        const serve = (): Either<RemoteFailure, void> => {
          list(moves, user).push({ state, at: scheduler.now() });
          hooks.trace(`flow: ${user.id} moves to ${state}`);
          return E.right(undefined);
        };
        return call(process, 'flow', userKey(user), serve, signal);
      },
  });

  const crm = (process: Process): Crm => {
    const ask = <A>(key: string, signal: AbortSignal, serve: () => A): Promise<Either<RemoteFailure, A>> =>
      call(process, 'crm', key, () => E.right(serve()), signal, { once: true });
    return {
      login: (signal) => () => ask('login', signal, () => undefined),
      findContact:
        ({ email }, signal) =>
        () =>
          ask(`search ${email}`, signal, () => O.fromNullable(contacts.get(email))),
      createContact:
        ({ email }, signal) =>
        () =>
          ask(`contact ${email}`, signal, () => {
            const id = `003-${contacts.size}-${email}`;
            if (contacts.has(email)) hooks.breach('a contact is made once', { email });
            contacts.set(email, { id, email, blocked: false });
            hooks.trace(`crm: contact ${id}`);
            return id;
          }),
      findCase:
        ({ contactId, subject, provider }, since, signal) =>
        () =>
          ask(`look for case of ${contactId}`, signal, () =>
            O.fromNullable(
              cases.findLast(
                (one) =>
                  one.contactId === contactId &&
                  one.subject === subject &&
                  one.origin === provider &&
                  one.madeAt >= since,
              )?.id,
            ),
          ),
      createCase:
        ({ contactId, subject, provider }, signal) =>
        () =>
          ask(`case of ${contactId}`, signal, () => {
            const id = `500-${cases.length}-${contactId}`;
            cases.push({ id, contactId, subject, origin: provider, madeAt: scheduler.wall() });
            hooks.trace(`crm: case ${id}`);
            return id;
          }),
    };
  };

  const caseFiles = (process: Process): CaseFiles => ({
    attach:
      ({ url, caseId, messageId }, signal) =>
      () => {
        const gone: MediaRefused = { _tag: 'MediaRefused', certain: true, detail: 'gone' };
        const serve = (): Either<MediaRefused, string> => {
          if (url.includes('gone')) return E.left(gone);
          files.push({ caseId, url });
          hooks.trace(`files: ${url} to ${caseId}`);
          return E.right(messageId);
        };
        return call(process, 'files', caseId, serve, signal, { once: true });
      },
  });

  return {
    shown,
    moves,
    contacts,
    cases,
    files,
    portsFor: (process) => ({
      botChannel: botChannel(process),
      botFlow: botFlow(process),
      crm: crm(process),
      caseFiles: caseFiles(process),
    }),
  };
};

/** What arrives long after the caller has given up, or twice, is beyond what a search can find. */
const atMostOnce = (fate: Fate): Fate =>
  fate.kind === 'late' || fate.kind === 'repeat' ? { ...fate, kind: 'lost-after' } : fate;

const refused = (status: number): RemoteFailure => ({
  _tag: 'RemoteRefused',
  certain: true,
  status,
  detail: `refused with ${status}`,
});

const failureOf = (what: string, why: NoAnswer, luck: number): RemoteFailure => {
  const detail = `${what}: ${why}`;
  switch (why) {
    case 'refused':
      return { _tag: 'RemoteUnreachable', certain: true, detail };
    case 'cut':
      return { _tag: 'RemoteUnreachable', certain: false, detail };
    case 'timeout':
      return { _tag: 'RemoteTimeout', certain: false, detail };
    case 'garbage':
      return { _tag: 'RemoteError', certain: false, status: 200, detail };
    case 'error':
      return { _tag: 'RemoteError', certain: false, status: luck < 0.5 ? 500 : 502, detail };
  }
};
