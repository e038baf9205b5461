import type { Ports } from '../../application/make-application.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { O, TE, type TaskEither } from '../../domain/fp.ts';

/** What `absentPorts` stands in for; an embedder always gives the other ports. */
export type AbsentPorts = Pick<
  Ports,
  | 'desks'
  | 'crm'
  | 'caseFiles'
  | 'botChannel'
  | 'botFlow'
  | 'tokens'
  | 'credentials'
  | 'loginThrottle'
  | 'turns'
  | 'log'
  | 'metrics'
>;

const notConfigured = (what: string): TaskEither<RemoteFailure, never> =>
  TE.left({ _tag: 'NotConfigured', certain: true, detail: `${what}: there is none here` });

const nothing = (): void => undefined;
const atOnce = { take: () => Promise.resolve(true) };

/**
 * Ports for parts that a deployment does without: every remote answers `NotConfigured`, nobody may log in, no rate is
 * kept, nothing is logged or counted. To be spread under the ports that there are.
 */
export const absentPorts: AbsentPorts = {
  desks: new Map(),
  crm: {
    login: () => notConfigured('CRM'),
    findContact: () => notConfigured('CRM'),
    createContact: () => notConfigured('CRM'),
    findCase: () => notConfigured('CRM'),
    createCase: () => notConfigured('CRM'),
  },
  caseFiles: { attach: () => notConfigured('case files') },
  botChannel: {
    sendText: () => notConfigured('bot channel'),
    recognisesRepeats: () => false,
    registerWebhook: () => notConfigured('bot channel'),
    removeWebhook: () => notConfigured('bot channel'),
  },
  botFlow: { moveTo: () => notConfigured('bot flow') },
  tokens: {
    // never asked: without credentials nobody gets so far
    issue: () => TE.right(''),
    verify: () => TE.left({ _tag: 'InvalidToken', detail: 'no tokens are issued here' }),
  },
  credentials: { check: () => TE.right(O.none), knows: () => false },
  loginThrottle: { judge: () => Promise.resolve(O.none) },
  turns: { channel: atOnce, desk: atOnce },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, gauge: nothing, observe: nothing },
};
