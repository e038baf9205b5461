import { E, pipe, type Either } from '../../domain/fp.ts';
import type { Config } from './config.ts';
import { all, type Checked, type ConfigMistake, type Mistakes } from './mistake.ts';
import * as parts from './parts.ts';
import { present } from './present.ts';
import { readAll, type Readings } from './readings.ts';
import { remotes } from './remotes.ts';
import { brokenRules } from './rules.ts';
import type { Environment, ReadFile } from './sources.ts';
import { remoteAddresses } from './variables.ts';
import { warningsOf } from './warnings.ts';

const build = (readings: Readings, sandbox: boolean): Checked<Config> => {
  const { get, peek } = readings;
  // production goes without the sandbox: its refusal comes together with all that is missing
  const real = !sandbox || peek('ENVIRONMENT') === 'production';
  return pipe(
    all({
      environment: get('ENVIRONMENT'),
      sandbox: E.right(sandbox),
      client: get('CLIENT'),
      http: parts.http(readings),
      log: all({ level: get('LOG_LEVEL'), format: get('LOG_FORMAT') }),
      store: parts.store(readings),
      retention: all({ contextTtlMs: get('CONTEXT_TTL'), chatRetentionMs: get('CHAT_RETENTION') }),
      ownership: pipe(all({ instanceId: get('INSTANCE_ID'), leaseMs: get('LEASE_SECONDS') }), E.map(present)),
      timeouts: parts.timeouts(readings),
      auth: parts.auth(readings),
      limits: parts.limits(readings),
      metrics: pipe(all({ token: get('METRICS_TOKEN') }), E.map(present)),
      connect: parts.connect(readings),
      restartKeywords: parts.restartKeywords(readings),
      botFlow: parts.botFlow(readings),
      media: parts.media(readings),
      texts: get('MESSAGES'),
      timeZone: get('TIMEZONE'),
      remotes: real ? remotes(readings) : E.right(undefined),
    }),
    E.map(present),
  );
};

/** One mistake may be met in several places. */
const distinct = (mistakes: Mistakes): Mistakes => {
  const seen = new Map<string, ConfigMistake>();
  for (const mistake of mistakes) {
    const key = `${mistake.variable} ${mistake.expected}`;
    if (!seen.has(key)) seen.set(key, mistake);
  }
  return [...seen.values()];
};

/**
 * Decodes the environment (docs/configuration.md) as a whole. Left: every mistake there is, each with its variable and
 * what was expected, without any value. Pure but for `readFile`, which is asked for the files of `NAME_FILE` and may
 * throw. An empty variable is as good as an absent one, except where the empty list makes sense.
 *
 * With `config.sandbox` main starts the sandbox and decodes once more, with the sandbox's variables under the
 * operator's own, `decodeConfig({ ...sandboxEnv, ...env }, readFile)`: that configuration has `remotes` and is the one
 * to run with; `sandbox` and the warnings are those of the first.
 */
export const decodeConfig = (
  env: Environment,
  readFile: ReadFile,
): Either<Mistakes, { readonly config: Config; readonly warnings: ReadonlyArray<string> }> => {
  const readings = readAll(env, readFile);
  const sandbox = !remoteAddresses.some(readings.isSet);
  const built = build(readings, sandbox);
  const mistakes = distinct([
    ...readings.mistakes,
    ...brokenRules(readings, sandbox),
    ...(E.isLeft(built) ? built.left : []),
  ]);
  if (mistakes.length > 0 || E.isLeft(built)) return E.left(mistakes);
  return E.right({ config: built.right, warnings: warningsOf(env, readings, built.right) });
};
