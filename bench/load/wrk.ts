import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadResult } from './load.ts';
import { runId, signatureOf, userOf, webhookBody } from './webhooks.ts';

export interface WrkPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly users: number;
  /** File of signed messages. */
  readonly signed?: string | undefined;
}

/** Looked for on the PATH. */
const wrk = 'wrk';

const script = fileURLToPath(new URL('./webhook.lua', import.meta.url));

/** Is it installed? It says its version, and exits with 1. */
export const hasWrk = (): boolean => (spawnSync(wrk, ['-v']).stdout?.toString() ?? '').startsWith('wrk');

const run = promisify(execFile);

/** One thread: the server is to have the other core. */
export const runWrk = async (plan: WrkPlan): Promise<LoadResult> => {
  const { stdout } = await run(
    wrk,
    ['-t1', `-c${plan.connections}`, `-d${plan.seconds}s`, '-s', script, plan.url],
    {
      timeout: plan.seconds * 1000 + 30_000,
      env: {
        ...process.env,
        BENCH_RUN: runId(),
        BENCH_USERS: String(plan.users),
        ...(plan.signed === undefined ? {} : { BENCH_SIGNED: plan.signed }),
      },
    },
  );
  const found = /^RESULT (.*)$/mu.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`wrk told no result: ${stdout.slice(0, 500)}`);
  const { requests, failed, micros, p50, p99 } = JSON.parse(found) as Readonly<Record<string, number>>;
  return {
    requests: requests ?? 0,
    failed: failed ?? 0,
    seconds: (micros ?? NaN) / 1e6,
    p50Ms: (p50 ?? NaN) / 1000,
    p99Ms: (p99 ?? NaN) / 1000,
  };
};

/** Messages with their signatures, for one run of wrk. */
export const writeSigned = async (
  folder: string,
  { count, users, secret }: { readonly count: number; readonly users: number; readonly secret: string },
): Promise<string> => {
  const id = runId();
  const path = join(folder, `${id}.signed`);
  const file = createWriteStream(path);
  for (let made = 1; made <= count; made += 1) {
    const body = webhookBody({
      user: userOf((made * 7919) % users),
      id: `${id}-${made}`,
      text: `Hola, quiero saber de mi pedido ${made}`,
    });
    if (!file.write(`${body}\t${signatureOf(secret, body)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return path;
};
