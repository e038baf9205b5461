/**
 * Looks at the licence of every package in package-lock.json. The exit code is 1 when one of them is not on the list, or
 * names none. No network is asked.
 */
import { readFileSync } from 'node:fs';
import { unlicensed, type Lock } from './supply-chain.ts';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;
const bad = unlicensed(lock);
for (const { name, licence } of bad) process.stderr.write(`${name}: ${licence ?? 'no licence named'}\n`);
if (bad.length > 0) {
  process.stderr.write(
    'Not on the list of scripts/supply-chain.ts: put it there with a reason, or do without.\n',
  );
  process.exitCode = 1;
} else process.stdout.write(`${Object.keys(lock.packages).length - 1} packages, all licences on the list\n`);
