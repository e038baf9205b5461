import { E, type Either } from '../../src/domain/fp.ts';
import type { User } from '../../src/domain/channel.ts';
import { emptyConversation, type Conversation } from '../../src/domain/conversation.ts';
import { runId, userOf } from '../load/webhooks.ts';
import { makeFolder } from '../support/folder.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope } from '../support/scope.ts';
import { medianOf } from '../support/statistics.ts';
import { ms, ratio, whole } from '../support/table.ts';
import { openStores, type StoreSubject } from './store-subjects.ts';
import { measureRate, type Rate } from './store-rate.ts';

interface Operation {
  readonly name: string;
  /** Does it once; each time on something else. Absent where the store has nothing of the kind. */
  readonly work: ((index: number) => Promise<void>) | undefined;
}

interface Row {
  readonly store: string;
  readonly operation: string;
  readonly single: Rate[];
  readonly together: Rate[];
}

const usualSeconds = 3;
/** Those of the service under load. */
const atOnce = 64;
/** Text of the conversation that is saved. */
const documentText = 'x'.repeat(2_048);

const orThrow = async <A>(answer: Promise<Either<{ readonly detail: string }, A>>): Promise<A> => {
  const outcome = await answer;
  if (E.isLeft(outcome)) throw new Error(outcome.left.detail);
  return outcome.right;
};

const userAt = (index: number, users: number): User => ({
  provider: 'whatsapp',
  id: userOf((index * 7919) % users),
});

const conversationOf = (user: User, index: number): Conversation => ({
  ...emptyConversation(user),
  lastError: `${index} ${documentText}`,
});

const operationsOf = ({ stores, insertOne }: StoreSubject, users: number): ReadonlyArray<Operation> => {
  const run = runId();
  const { contextStore, chatStore } = stores;
  const insert = async (index: number): Promise<void> => {
    const stored = await orThrow(
      contextStore.append({
        user: userAt(index, users),
        id: `${run}-${index}`,
        from: 'user',
        timestamp: Date.now(),
        content: { type: 'text', text: `Hola, quiero saber de mi pedido ${index}` },
      })(),
    );
    if (stored !== 'stored') throw new Error('a new message was seen before');
  };
  const save = async (index: number): Promise<void> => {
    // each by a user of its own: a first save, so that none waits for another
    const user: User = { provider: 'facebook', id: `${run}-${index}` };
    const conversation = conversationOf(user, index);
    const saved = await orThrow(chatStore.save({ conversation, rev: 0, writeId: `${run}-${index}` })());
    if (saved !== 'saved') throw new Error('a first save met another');
  };
  const untaken = async (index: number): Promise<void> => {
    await orThrow(contextStore.untaken(userAt(index, users), 0, 10)());
  };
  return [
    { name: 'a message stored', work: insert },
    { name: 'a plain insert', work: insertOne && ((index) => insertOne(`${run}-${index}`)) },
    { name: 'a conversation saved, 2 KiB', work: save },
    { name: "a user's messages read", work: untaken },
  ];
};

const measureStore = async (
  subject: StoreSubject,
  rows: Map<string, Row>,
  { users, seconds }: { readonly users: number; readonly seconds: number },
): Promise<void> => {
  let index = 0;
  for (const { name, work } of operationsOf(subject, users)) {
    if (work === undefined) continue;
    const key = `${subject.label}, ${name}`;
    const row = rows.get(key) ?? { store: subject.label, operation: name, single: [], together: [] };
    rows.set(key, row);
    const once = (): Promise<void> => work((index += 1));
    row.single.push(await measureRate(once, 1, seconds));
    row.together.push(await measureRate(once, atOnce, seconds));
  }
};

const perSecond = (rates: ReadonlyArray<Rate>): number => medianOf(rates, (rate) => rate.perSecond);

const ratiosOf = (rows: ReadonlyArray<Row>): Readonly<Record<string, number>> => {
  const rateOf = (store: string, operation: string): number =>
    perSecond(rows.find((row) => row.store === store && row.operation === operation)?.together ?? []);
  const stores = [...new Set(rows.map(({ store }) => store))];
  return Object.fromEntries([
    ...rows
      .filter(({ operation, store }) => operation === 'a message stored' && store !== 'memory')
      .map(({ store, single, together }) => [
        `${store}: messages stored, ${atOnce} at once to one after the other`,
        perSecond(together) / perSecond(single),
      ]),
    ...stores
      .filter((store) => store.startsWith('mongodb'))
      .map((store) => [
        `${store}: messages stored to plain inserts, ${atOnce} at once`,
        rateOf(store, 'a message stored') / rateOf(store, 'a plain insert'),
      ]),
  ] as [string, number][]);
};

export const store: Benchmark = (options) =>
  withScope(async (scope) => {
    const { rounds, users, seconds = usualSeconds } = options;
    const { subjects, missing } = await openStores(scope, scope.add(makeFolder()).path);
    const byName = new Map<string, Row>();
    for (let round = 1; round <= rounds; round += 1) {
      for (const subject of subjects) await measureStore(subject, byName, { users, seconds });
      progress(`round ${round}`);
    }
    const rows = [...byName.values()];
    const ratios = ratiosOf(rows);
    return {
      tables: [
        {
          title: 'store: operations per second (medians of the rounds)',
          head: ['', 'one by one', 'p99', `${atOnce} at once`, 'p99', 'gain'],
          rows: rows.map(({ store: name, operation, single, together }) => [
            `${name}: ${operation}`,
            whole(perSecond(single)),
            ms(medianOf(single, ({ p99Ms }) => p99Ms)),
            whole(perSecond(together)),
            ms(medianOf(together, ({ p99Ms }) => p99Ms)),
            ratio(perSecond(together) / perSecond(single)),
          ]),
        },
        {
          title: 'store: compared within this run',
          head: ['', 'ratio'],
          rows: Object.entries(ratios).map(([name, value]) => [name, ratio(value)]),
        },
      ],
      ratios,
      notes: [
        'in this process, without HTTP; writes are on the disk when they are answered (not memory)',
        ...(missing === undefined ? [] : [`no mongodb: ${missing}`]),
      ],
    };
  });
