import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { entries } from '../subjects/entries.ts';
import { serviceEnvironment, servicePlan, signed, webhookSecret } from '../subjects/service.ts';
import type { SubjectPlan } from '../subjects/subject.ts';
import type { StandIns } from '../stand-ins/stand-ins.ts';

export type IngestKind = 'bare' | 'before-router' | 'service' | 'signed' | 'insert-by-insert';

export interface IngestSubject {
  readonly kind: IngestKind;
  /** In the table. */
  readonly label: string;
  readonly secret?: string;
  readonly plan: SubjectPlan;
}

/** Everything that takes webhooks in this benchmark, what it is compared with first. */
export const ingestSubjects = (
  folder: string,
  standIns: Pick<StandIns, 'environment'>,
  profile: string | undefined,
): ReadonlyArray<IngestSubject> => {
  const envOf = (
    kind: IngestKind,
    more?: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> => {
    const own = join(folder, kind);
    mkdirSync(own);
    return serviceEnvironment(own, standIns, more);
  };
  const bare = { name: 'bare route', entry: entries.bareRoute, profile };
  return [
    { kind: 'bare', label: 'bare Restify route, nothing stored', plan: bare },
    {
      kind: 'before-router',
      label: 'the same before the router',
      plan: { ...bare, profile: undefined, env: { BEFORE_ROUTER: 'true' } },
    },
    { kind: 'service', label: 'service', plan: servicePlan(envOf('service'), { profile }) },
    {
      kind: 'signed',
      label: 'service, signed (HMAC)',
      secret: webhookSecret,
      plan: servicePlan(envOf('signed', signed)),
    },
    {
      kind: 'insert-by-insert',
      label: 'service, one transaction each',
      plan: { name: 'insert by insert', entry: entries.insertByInsert, env: envOf('insert-by-insert') },
    },
  ];
};
