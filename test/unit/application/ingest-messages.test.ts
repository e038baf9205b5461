import test from 'ava';
import { makeIngestMessages } from '../../../src/application/use-cases/ingest-messages.use-case.ts';
import type { User } from '../../../src/domain/channel.ts';
import { E } from '../../../src/domain/fp.ts';
import type { Message } from '../../../src/domain/message.ts';
import { noProbe } from '../../../src/application/ports/probe.port.ts';
import { ana, botSays, luis, says } from '../../contract/samples.ts';
import { noMetrics } from '../../support/no-metrics.ts';
import { noContexts } from './fixture.ts';

/** Ingests over a store that shows new messages before it answers; what happened, in order. */
const ingesting = async (
  messages: ReadonlyArray<Message>,
  {
    keepsHere,
    repeats = [],
  }: { readonly keepsHere: ReadonlyArray<User>; readonly repeats?: ReadonlyArray<string> },
): Promise<ReadonlyArray<string>> => {
  const order: string[] = [];
  const ingest = makeIngestMessages({
    contexts: {
      ...noContexts,
      append: (message, visible) => async () => {
        const isNew = !repeats.includes(message.id);
        if (isNew) visible?.();
        await Promise.resolve();
        order.push(`stored ${message.id}`);
        return E.right(isNew ? 'stored' : 'seen');
      },
    },
    keepers: {
      poke: (user) => {
        order.push(`poked ${user.id}`);
        return keepsHere.includes(user);
      },
      wake: (user) => {
        order.push(`woken ${user.id}`);
        return Promise.resolve(E.right(undefined));
      },
    },
    metrics: noMetrics,
    probe: noProbe,
  });
  if (E.isLeft(await ingest(messages)())) throw new Error('not ingested');
  return order;
};

test('a message of one journal › pokes whoever keeps the chat here before it is answered, and wakes him no more', async (t) => {
  t.deepEqual(await ingesting([says(ana, 'm1')], { keepsHere: [ana] }), [`poked ${ana.id}`, 'stored m1']);
});

test('a message of one journal › wakes whoever keeps the chat elsewhere, once it is stored', async (t) => {
  t.deepEqual(await ingesting([says(luis, 'm1')], { keepsHere: [ana] }), [
    `poked ${luis.id}`,
    'stored m1',
    `woken ${luis.id}`,
  ]);
});

test('a repeat › wakes all the same: the first try may have ended before that', async (t) => {
  t.deepEqual(await ingesting([says(ana, 'm1')], { keepsHere: [ana], repeats: ['m1'] }), [
    'stored m1',
    `woken ${ana.id}`,
  ]);
});

test('what a bot says › pokes and wakes nobody', async (t) => {
  t.deepEqual(await ingesting([botSays(ana, 'm1')], { keepsHere: [ana] }), ['stored m1']);
});
