import test from 'ava';
import { makeInbox } from '../../../src/application/lanes/inbox.ts';
import type { StoredMessage } from '../../../src/domain/message.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { session } from '../live-agent/samples.ts';
import { ana, chatId, makeBench, talking } from './fixture.ts';

const picture = (id: string, at: number): StoredMessage => ({
  user: ana,
  id,
  from: 'user',
  timestamp: at,
  content: { type: 'media', media: 'image', url: `https://media.example.com/${id}.jpg` },
  arrival: 10,
  contextUntil: at + 86_400_000,
});

test('a message that is marked as posted after it was read › is not news any more', async (t) => {
  const bench = makeBench();
  await talking(bench, 'live-agent', session());
  const { conversation } = await bench.stored();
  const at = bench.clock.now();
  const inbox = makeInbox(policyOf(), chatId);
  const seen = (): ReadonlyArray<string> =>
    inbox
      .arrivals(conversation, at)
      .flatMap((event) => (event.type === 'media-seen' ? [event.message.id] : []));

  inbox.reading();
  inbox.fill([picture('m1', at), picture('m2', at)], false);
  t.deepEqual(seen(), ['m1', 'm2']);
  inbox.settled([{ what: 'message', id: 'm1', as: 'posted' }]);
  t.deepEqual(seen(), ['m2']);
});
