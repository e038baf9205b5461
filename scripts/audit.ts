/**
 * Asks the registry for known advisories about what is in package-lock.json. The exit code is 1 when one of them, high or
 * critical, concerns what runs in production. A registry that cannot be asked is told loudly and fails nothing: then
 * nobody knows.
 */
import { spawnSync } from 'node:child_process';
import { readAudit } from './supply-chain.ts';

const { stdout } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 64 * 1024 * 1024,
});
const production = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 64 * 1024 * 1024,
});
const all = readAudit(stdout);
const ours = readAudit(production.stdout);

if (all === undefined || ours === undefined) {
  process.stderr.write(
    [
      '',
      '*** NO ADVISORIES: the registry did not answer `npm audit`.',
      '*** Nothing is known about known vulnerabilities of the dependencies. Run it where a registry can be asked.',
      '',
    ].join('\n'),
  );
} else {
  for (const { name, severity, title } of all) {
    const where = ours.some((other) => other.name === name) ? 'in production' : 'development only';
    process.stderr.write(`${severity}: ${name} (${where}): ${title}\n`);
  }
  const grave = ours.filter(({ severity }) => severity === 'high' || severity === 'critical');
  process.stdout.write(`${all.length} packages with advisories, ${grave.length} grave ones in production\n`);
  if (grave.length > 0) process.exitCode = 1;
}
