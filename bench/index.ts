import { chats } from './benchmarks/chats.ts';
import { connect } from './benchmarks/connect.ts';
import { makeIngest } from './benchmarks/ingest.ts';
import { relay } from './benchmarks/relay.ts';
import { makeStart } from './benchmarks/start.ts';
import { store } from './benchmarks/store.ts';
import { OptionError, readOptions } from './support/options.ts';
import { print, say, type Benchmark } from './support/report.ts';

/** `npm run bench [name …] [-- --rounds 3 --seconds 10 …]`; without a name all of them. See README.md. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  ingest: makeIngest(),
  relay,
  chats,
  connect,
  start: makeStart(),
  store,
};

const run = async (): Promise<void> => {
  const { names, options } = readOptions(process.argv.slice(2));
  const unknown = names.filter((name) => benchmarks[name] === undefined);
  if (unknown.length > 0) {
    throw new OptionError(`no benchmark ${unknown.join(', ')}: ${Object.keys(benchmarks).join(', ')}`);
  }
  for (const name of names.length === 0 ? Object.keys(benchmarks) : names) {
    const benchmark = benchmarks[name];
    if (benchmark !== undefined) print(await benchmark(options));
  }
};

const stop = (): void => process.exit(130);
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  await run();
} catch (thrown) {
  if (!(thrown instanceof OptionError)) throw thrown;
  say(thrown.message);
  process.exitCode = 64;
}
