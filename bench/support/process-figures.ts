import { readFileSync } from 'node:fs';
import { OptionError } from './options.ts';

/** Figures of another process, from /proc: nothing of ours runs inside the process that is measured. */

/** Clock ticks a second that /proc counts in: 100 on every Linux that Node runs on. */
const ticks = 100;

const readProc = (pid: number | 'self', file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
};

/** CPU time of all its threads so far, s; NaN where there is no /proc. */
export const cpuSeconds = (pid: number): number => {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return NaN;
  // the name in brackets may hold anything; utime and stime are the 14th and 15th field
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
};

/** Resident memory, bytes; NaN where there is no /proc. */
export const residentBytes = (pid: number): number => {
  const found = /^VmRSS:\s+(\d+) kB$/mu.exec(readProc(pid, 'status') ?? '');
  return found === null ? NaN : Number(found[1]) * 1024;
};

/** Beside the connections: modules, databases, timers, the other benches' handles. */
const spare = 300;

/**
 * Each open chat is a connection at both of its ends. Node raises the soft limit to the hard one by itself, so only the
 * latter counts, and only who starts the bench can raise it. Throws `OptionError`.
 */
export const needOpenFiles = (connections: number): void => {
  const found = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/mu.exec(
    readProc('self', 'limits') ?? '',
  );
  const limit = found?.[2] === undefined || found[2] === 'unlimited' ? Infinity : Number(found[2]);
  if (connections + spare <= limit) return;
  throw new OptionError(
    `this needs ${connections + spare} open files in one process, and the limit is ${limit}: ` +
      'raise it (ulimit -Hn, limits.conf, docker --ulimit nofile=…) or run with fewer --chats',
  );
};
