import test from 'ava';
import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import type { ContextStore } from '../../src/application/ports/context-store.port.ts';
import { E } from '../../src/domain/fp.ts';
import { casesFor, checkContract } from './check.ts';
import { contextStoreContract } from './context-store.suite.ts';
import type { MakeStore } from './contract.ts';
import { wind } from './wind.ts';

const withStore =
  (change: (store: ContextStore) => Partial<ContextStore> = () => ({})): MakeStore<ContextStore> =>
  async (settings) => {
    const { contextStore, close } = makeMemoryStores(settings);
    return { store: { ...contextStore, ...change(contextStore) }, cutOff: close, dispose: close };
  };

/** What is said of a store whose `append` is that. */
const complaint = async (append: ContextStore['append']): Promise<string> => {
  const [first] = contextStoreContract;
  const failed = checkContract(
    first === undefined ? [] : [first],
    withStore(() => ({ append })),
  );
  return failed.then(
    () => 'nothing',
    (thrown: AggregateError) => thrown.message,
  );
};

test('a contract without a runner › tells what was kept and what was left out', async (t) => {
  const { kept, leftOut } = await checkContract(contextStoreContract, withStore(), ['cut-off']);
  t.is(kept.length + leftOut.length, contextStoreContract.length);
  t.deepEqual(
    leftOut,
    contextStoreContract
      .filter(({ needs }) => needs === 'reopen' || needs === 'another')
      .map(({ title }) => title),
  );
  t.is(casesFor(contextStoreContract).filter(({ needs }) => needs !== undefined).length, 0);
});

test('a contract without a runner › names the promise, what was expected and what came', async (t) => {
  const said = await complaint(() => async () => E.right('seen'));
  t.is(
    said,
    [
      '1 of 1 promises are broken:',
      '',
      'append › a message is stored once; its repeat is seen and changes nothing',
      '  the first message with an id is stored',
      "    expected: 'stored'",
      "    got:      'seen'",
    ].join('\n'),
  );
});

test('a contract › says how a failure is to be answered', async (t) => {
  t.regex(
    await complaint(() => () => Promise.reject(new Error('no connection'))),
    /append: failures are answered as data: .*; it threw: no connection/u,
  );
  t.regex(
    await complaint(() => () => {
      throw new Error('no connection');
    }),
    /append: failures are answered as data: .*; it threw: no connection/u,
  );
  t.regex(await complaint(() => async () => 'stored' as never), /a call answers \{ _tag: 'Right', right \}/u);
  t.regex(
    await complaint(() => async () => E.left({ _tag: 'StoreUnavailable', detail: 'disk full' })),
    /append: answered StoreUnavailable, and nothing was wrong: disk full/u,
  );
});

test.serial('a contract › names the method that never answers', async (t) => {
  const never = () => () => new Promise<never>(() => undefined);
  const { answer, seconds } = await wind(() => complaint(never));
  t.regex(answer ?? '', /append: no answer within 30 s; every call comes to an end/u);
  t.is(seconds, 30);
});
