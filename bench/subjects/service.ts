import { join } from 'node:path';
import type { StandIns } from '../stand-ins/stand-ins.ts';
import { entries } from './entries.ts';
import type { SubjectPlan } from './subject.ts';

export const webhookSecret = 'sample-secret-of-webhooks';

export const apiUser = { username: 'yaloUser', password: 'sample-password-of-the-api' };

/** As in production, with sqlite in that folder, and without a rate limit that would hide what is measured. */
export const serviceEnvironment = (
  folder: string,
  standIns: Pick<StandIns, 'environment'>,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  ...standIns.environment,
  ENVIRONMENT: 'production',
  WEBHOOKS_UNSIGNED: 'true',
  SECRET_KEY: 'sample-key-for-benches-0123456789abcdef',
  YALO_USERNAME: apiUser.username,
  YALO_PASSWORD: apiUser.password,
  STORE: 'sqlite',
  SQLITE_PATH: join(folder, 'relevo.db'),
  RATE_LIMIT_SALESFORCE: '100000/s',
  RATE_LIMIT_YALO: '100000/s',
  ...more,
});

export const signed = {
  INTEGRATIONS_SIGNATURE: webhookSecret,
  INTEGRATIONS_SIGNATURE_MODE: 'hmac-sha256',
} as const;

export const servicePlan = (
  env: Readonly<Record<string, string>>,
  more: Partial<SubjectPlan> = {},
): SubjectPlan => ({ name: 'service', entry: entries.service, env, ...more });
