import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import type { Provider } from '../../../src/domain/channel.ts';
import { decide } from '../../../src/domain/chat.ts';
import type { ChatEvent } from '../../../src/domain/chat-event.ts';
import { isBusy, isOpen } from '../../../src/domain/conversation.ts';
import { readable } from '../../../src/domain/agent-text.ts';
import { agentPieces } from '../../../src/domain/lanes.ts';
import type { ChatPolicy } from '../../../src/domain/policy.ts';
import { showable, splitText } from '../../../src/domain/split.ts';
import { policies, policyOf } from '../../support/arbitraries/policy.ts';
import {
  choices,
  makeWorld,
  outages,
  type Action,
  type Choice,
  type Outage,
  type World,
} from '../../support/arbitraries/world.ts';
import { freeze, makeWatch } from './laws.ts';

/**
 * Sequences of each property. A failure prints its seed and the last events; `PROPERTY_SEED` and
 * `PROPERTY_PATH` run it again, `PROPERTY_SHRINK=1` makes it small (minutes). The long run:
 * `PROPERTY_RUNS=4000 PROPERTY_LENGTH=1500 npx ava --timeout=2h test/unit/domain/properties.test.ts`.
 */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
const maxLength = Number(process.env['PROPERTY_LENGTH'] ?? 400);
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
const path = process.env['PROPERTY_PATH'];
const moves = fc.array(choices, { minLength: 20, maxLength, size: 'max' });
const providers = fc.constantFrom<Provider>('whatsapp', 'facebook');
let events = 0;

/** Told in a few lines: a whole counterexample fills screens. */
const holds = <T>(property: fc.IProperty<T>, runs: number): void => {
  const found = fc.check(property, {
    numRuns: runs,
    seed,
    ...(path === undefined ? {} : { path }),
    endOnFailure: process.env['PROPERTY_SHRINK'] === undefined,
  });
  if (!found.failed) return;
  const example = JSON.stringify(found.counterexample).slice(0, 2_000);
  throw new Error(
    `seed ${found.seed}, path ${found.counterexamplePath ?? ''}: ${String(found.errorInstance)}\n${example}`,
  );
};

/** One conversation under the eyes of all laws. */
const makePlay = (policy: ChatPolicy, provider: Provider, outage: Outage = 'none') => {
  const world = makeWorld(policy, provider, outage);
  const watch = makeWatch(policy);
  const trail: ChatEvent[] = [];
  const toAgent: string[] = [];

  const happens = (event: ChatEvent): void => {
    const before = freeze(world.conversation());
    trail.push(event);
    events += 1;
    try {
      const { conversation } = decide(policy)(before, freeze(event));
      watch(before, event, conversation);
      if (events % 16 === 0 && !isDeepStrictEqual(decide(policy)(before, event).conversation, conversation))
        throw new Error('the same twice gives the same');
      if (event.type === 'posts-delivered') {
        const agent = before.lanes.chats[event.chatId]?.agent;
        for (const { post } of agent?.posts.slice(0, agent.bound) ?? [])
          toAgent.push(post.kind === 'text' ? post.text : '<end>');
      }
      world.save(event, conversation);
    } catch (thrown) {
      const last = trail.slice(-12).map((past) => JSON.stringify(past).slice(0, 300));
      throw new Error(`${String(thrown)}\nafter ${trail.length} events, the last:\n${last.join('\n')}`, {
        cause: thrown,
      });
    }
  };

  return {
    world,
    happens,
    /** What has reached the agents, post by post. */
    toAgent: (): ReadonlyArray<string> => toAgent,
    play: (steps: ReadonlyArray<Choice>): void => {
      for (const choice of steps) {
        const event = world.propose(choice);
        if (event !== undefined) happens(event);
      }
    },
  };
};

const working: ReadonlyArray<Action> = [
  'settle',
  'context-read',
  'posted',
  'bind',
  'pull',
  'closing-drained',
  'effect-done',
  'refill',
];

/** What an application does next that has nothing else to wait for. */
const nextOf = (world: World): ChatEvent | undefined => {
  for (const action of working) {
    for (const a of [1, 0, 4, 8, 12, 16]) {
      const event = world.propose({ action, a, b: 1, length: 0 });
      if (event !== undefined) return event;
    }
  }
  const without = Object.entries(world.conversation().lanes.chats).find(
    ([, { agent, desk }]) => desk === undefined && agent.posts.length > 0,
  );
  if (without !== undefined)
    return { type: 'posts-set-aside', chatId: without[0], at: world.now(), detail: 'no such desk' };
  return world.propose({ action: 'clock', a: 6, b: 0, length: 0 });
};

const drain = ({ world, happens }: ReturnType<typeof makePlay>): void => {
  if (isOpen(world.conversation().chat)) happens({ type: 'finish-asked', at: world.now(), mark: 1e9 });
  for (let steps = 0; isBusy(world.conversation()); steps++) {
    const event = nextOf(world);
    if (event === undefined || steps > 20_000)
      throw new Error(`nothing more happens: ${JSON.stringify(world.conversation()).slice(0, 2_000)}`);
    happens(event);
  }
};

test('the state machine › keeps every law over sequences of events, sensible and not', (t) => {
  holds(
    fc.property(policies, providers, outages, moves, (policy, provider, outage, steps) => {
      makePlay(policy, provider, outage).play(steps);
    }),
    numRuns,
  );
  t.log(`seed ${seed}: ${numRuns} sequences, ${events} events so far`);
  t.pass();
});

test('the state machine › whatever has happened, everything owed is dealt with in the end', (t) => {
  holds(
    fc.property(policies, providers, moves, (policy, provider, steps) => {
      const play = makePlay(policy, provider);
      play.play(steps);
      drain(play);
      const { lanes, overflow } = play.world.conversation();
      const left = [lanes.user.length, lanes.bot.length, Object.keys(lanes.chats).length, overflow.count];
      if (left.some((count) => count > 0) || play.world.overflow().length > 0)
        throw new Error(`left over: ${left.join()}`);
    }),
    Math.ceil(numRuns / 2),
  );
  t.log(`seed ${seed}: ${Math.ceil(numRuns / 2)} sequences, ${events} events so far`);
  t.pass();
});

/** What may come between without a message being lost, repeated or moved. */
const harmless: ReadonlySet<Action> = new Set<Action>([
  'user-writes',
  'pull',
  'bind',
  'posted',
  'post-fails',
  'settle',
  'media-seen',
  'effect-done',
  'effect-failed',
  'recovered',
  'desk-talks',
  'context-read',
  'refill',
  'user-spoke',
]);

test('the state machine › everything the user writes reaches the agent once and in order, the end last', (t) => {
  const policy = policyOf({ agentTextMax: 800, chatIdleMaxMs: 1e12 }, { uploadPending: '' });
  const path: ReadonlyArray<Action> = [
    'reserve',
    'case-made',
    'session-opened',
    'request-taken',
    'accepted',
    'joined',
  ];
  holds(
    fc.property(providers, moves, (provider, steps) => {
      const play = makePlay(policy, provider);
      const allowed = steps.filter(({ action, b }) => harmless.has(action) && b % 40 !== 0);
      const share = Math.ceil(allowed.length / (path.length + 1));
      for (const [index, action] of path.entries()) {
        play.play(allowed.slice(index * share, (index + 1) * share));
        play.play([{ action, a: 1, b: 1, length: 5 }]);
      }
      play.play(allowed.slice(path.length * share));
      const { chat } = play.world.conversation();
      if (chat?.state !== 'active') throw new Error('it should be active');
      drain(play);
      const after = play.world
        .messages()
        .filter(({ message }) => message.from === 'user' && message.arrival > chat.mark);
      if (after.some(({ state }) => state !== 'posted')) throw new Error('a message was not posted');
      const said = play.toAgent().join('').replace(/\s/gu, '');
      let from = said.indexOf('Holasoy');
      for (const { message } of after) {
        const { content } = message;
        // a very long caption is cut
        const line =
          content.type === 'media'
            ? (splitText(content.caption ?? '', 2_000)[0] ?? '')
            : readable(content, policy.texts);
        const seen = line
          .toWellFormed()
          .replace(/[\u0000-\u0020]/gu, '')
          .replace(/\s/gu, '');
        const at = said.indexOf(seen, from);
        if (at === -1) throw new Error(`missing, or out of order: ${seen.slice(0, 200)}`);
        from = at + seen.length;
      }
      const contents = after.map(({ message }) => message.content);
      const captions = contents.flatMap((content) =>
        content.type === 'media' ? [content.caption ?? ''] : [],
      );
      const pieces = contents.flatMap((content) =>
        content.type === 'media' ? [] : agentPieces(readable(content, policy.texts), policy),
      );
      const direct = play
        .toAgent()
        .slice(play.toAgent().findIndex((post) => post.startsWith('Hola soy')) + 1);
      for (const piece of new Set(pieces)) {
        const times = (posts: ReadonlyArray<string>): number => posts.filter((post) => post === piece).length;
        if (times(direct) !== times(pieces) && !captions.some((caption) => showable(caption).includes(piece)))
          throw new Error(`${times(direct)} times for ${times(pieces)}: ${piece.slice(0, 200)}`);
      }
      const ends = play.toAgent().filter((post) => post === '<end>').length;
      if (ends !== 1 || play.toAgent().at(-1) !== '<end>') throw new Error('the end comes last, once');
      const notices = play.toAgent().filter((post) => post.startsWith('**El usuario adjunto')).length;
      const media = after.filter(({ message }) => message.content.type === 'media').length;
      if (notices > media) throw new Error('more notices than media');
    }),
    Math.ceil(numRuns / 2),
  );
  t.log(`seed ${seed}: ${Math.ceil(numRuns / 2)} sequences, ${events} events in all`);
  t.pass();
});
