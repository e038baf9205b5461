import { rmSync } from 'node:fs';
import { runFullLoad, type LoadResult } from './load.ts';
import { makeWebhooks } from './webhooks.ts';
import { hasWrk, runWrk, writeSigned } from './wrk.ts';

export interface FullLoadPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly users: number;
  /** Messages are signed with it. */
  readonly secret?: string | undefined;
  /** For files. */
  readonly folder: string;
}

/** Signed messages for wrk are made beforehand; more than any server of one process takes in a second. */
const mostSignedPerSecond = 50_000;

/** As much as the server takes. The same tool for all subjects of a run. */
export interface FullLoad {
  readonly tool: string;
  readonly run: (plan: FullLoadPlan) => Promise<LoadResult>;
}

const ownLoad: FullLoad = {
  tool: 'own load (wrk is not installed)',
  run: ({ url, connections, seconds, users, secret }) =>
    runFullLoad({ url, connections, next: makeWebhooks(users, secret).next, end: { seconds } }),
};

const wrkLoad: FullLoad = {
  tool: 'wrk',
  run: async ({ secret, folder, ...plan }) => {
    if (secret === undefined) return runWrk(plan);
    const count = mostSignedPerSecond * plan.seconds;
    const signed = await writeSigned(folder, { count, users: plan.users, secret });
    try {
      return await runWrk({ ...plan, signed });
    } finally {
      rmSync(signed);
    }
  },
};

export const chooseFullLoad = (): FullLoad => (hasWrk() ? wrkLoad : ownLoad);
