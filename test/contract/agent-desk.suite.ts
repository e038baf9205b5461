import type { AgentDesk, ChatRequest } from '../../src/application/ports/agent-desk.port.ts';
import { holds, inTime, same } from './contract.ts';
import { DeskRelay, guarded, soon } from './desk-relay.ts';

/** The agent's side of the desk, and what can go wrong on the way to it. */
export interface DeskConsole {
  readonly accept: (agent: string) => Promise<void> | void;
  /** Several texts come to the visitor at once. */
  readonly say: (...texts: ReadonlyArray<string>) => Promise<void> | void;
  readonly end: () => Promise<void> | void;
  /** The session is forgotten: every later call is told so. */
  readonly forget: () => Promise<void> | void;
  /** What the visitor said, in the order in which the agent sees it. */
  readonly heard: () => ReadonlyArray<string>;
  readonly isOver: () => boolean;
  /** The desk takes the next post, and its answer is lost. */
  readonly loseAnswer: () => void;
  /** The next `receive` meets an error of the desk. */
  readonly failNextReceive: () => void;
}

/** A desk with one agent, and nothing in it yet. */
export interface DeskSetup {
  readonly desk: AgentDesk;
  readonly request: ChatRequest;
  /** Of the chat that the desk opened last. */
  readonly console: DeskConsole;
  readonly dispose: () => Promise<void>;
}

export type MakeDesk = () => Promise<DeskSetup>;

/** One promise of the port. `run` rejects, and says which promise was broken, when the desk does not keep it. */
export interface DeskCase {
  readonly title: string;
  readonly run: (make: MakeDesk) => Promise<void>;
}

type Talk = DeskSetup & { readonly relay: DeskRelay };

const that = (title: string, body: (talk: Talk) => Promise<void>): DeskCase => ({
  title,
  run: async (make) => {
    const setup = await make();
    try {
      const desk = guarded(setup.desk);
      const relay = new DeskRelay(desk);
      await relay.open(setup.request);
      await body({ ...setup, desk, relay });
    } finally {
      await setup.dispose();
    }
  },
});

/** The same with an agent in the chat. */
const inTalk = (title: string, body: (talk: Talk) => Promise<void>): DeskCase =>
  that(title, async (talk) => {
    await talk.relay.hearUntil('request-accepted');
    await talk.console.accept('Andrea');
    await talk.relay.hearUntil('agent-joined');
    await body(talk);
  });

const text = (words: string) => ({ kind: 'text', text: words }) as const;

/** Longest that a `receive` may go on after its abort, ms: the session's next work waits for it. */
const stopMs = 5_000;

/** What `AgentDesk` promises. */
export const agentDeskContract: ReadonlyArray<DeskCase> = [
  that('opening › each session has an id of its own', async ({ relay, desk }) => {
    const other = await desk.openSession(soon())();
    if (other._tag === 'Left') throw new Error(other.left.detail);
    const id = desk.sessionId(relay.state);
    holds(desk.sessionId(other.right) !== id, `two sessions do not share an id: ${id}`);
  }),

  that('opening › a request by a session that is gone says so', async ({ relay, console, desk, request }) => {
    await console.forget();
    const answer = await desk.requestChat(relay.opened, request, soon())();
    same(
      answer._tag === 'Left' ? answer.left._tag : 'Right',
      'SessionExpired',
      'a chat is not requested by a session that the desk does not know: a new one is opened then',
    );
  }),

  that(
    'hearing › the request is accepted, then an agent joins and speaks, in order',
    async ({ relay, console }) => {
      await relay.hearUntil('request-accepted');
      await console.accept('Andrea');
      await console.say('Hola', '¿en qué le ayudo?');
      await relay.hearUntil('agent-said', 2);
      same(
        relay.types().filter((type) => type !== 'agent-typing' && type !== 'queue-updated'),
        ['request-accepted', 'agent-joined', 'agent-said', 'agent-said'],
        'events come in the order in which they happened',
      );
      same(relay.texts(), ['Hola', '¿en qué le ayudo?'], 'texts come as they were written');
    },
  ),

  inTalk('hearing › a state that was not stored hears the same again', async ({ relay, console, desk }) => {
    await console.say('Hola');
    const before = relay.state;
    const first = desk.absorb(before, await desk.receive(before, soon()), Date.now());
    const second = desk.absorb(before, await desk.receive(before, soon()), Date.now());
    same(second.events, first.events, 'what was not stored is told again, as it was');
    same(first.events, [{ type: 'agent-said', text: 'Hola' }], 'and it is what the agent said');
  }),

  inTalk('hearing › what was absorbed is not told again', async ({ relay, console, desk }) => {
    await console.say('Hola');
    const signal = await desk.receive(relay.state, soon());
    const once = relay.absorb(signal);
    same(desk.absorb(relay.state, signal, Date.now()).events, [], 'a signal that comes twice is told once');
    same(once.heard, true, 'a desk that answered is not silent');
    await console.say('¿sigue ahí?');
    await relay.hearUntil('agent-said', 2);
    same(relay.texts(), ['Hola', '¿sigue ahí?'], 'each text is told once');
  }),

  inTalk('hearing › absorb depends on its arguments alone', async ({ relay, console, desk }) => {
    await console.say('Hola');
    const signal = await desk.receive(relay.state, soon());
    same(desk.absorb(relay.state, signal, 5), desk.absorb(relay.state, signal, 5), 'absorb is pure');
  }),

  inTalk(
    'hearing › a receive that is told to stop leaves nothing behind',
    async ({ relay, console, desk }) => {
      const late = (): string => `receive ends within ${stopMs / 1000} s of its abort`;
      for (const abort of [AbortSignal.abort(), AbortSignal.timeout(20)]) {
        const signal = await inTime(late, () => desk.receive(relay.state, abort), stopMs);
        same(relay.absorb(signal).events, [], 'nothing was said, and nothing is told');
      }
      await console.say('Hola');
      await relay.hearUntil('agent-said');
      same(relay.texts(), ['Hola'], 'the session goes on');
    },
  ),

  inTalk('hearing › trouble of the desk is not trouble of the chat', async ({ relay, console }) => {
    console.failNextReceive();
    const absorbed = await relay.hear();
    same(absorbed.events, [], 'an error of the desk is no event');
    same(absorbed.heard, false, 'nor a sign of life');
    holds(absorbed.pauseMs > 0, 'it is followed by a pause');
    holds(absorbed.trouble !== undefined, 'and it is told to operators');
    await console.say('Hola');
    await relay.hearUntil('agent-said');
    same(relay.texts(), ['Hola'], 'the session goes on');
  }),

  inTalk('saying › posts arrive once and in order', async ({ relay, console }) => {
    await relay.post(text('uno'), text('dos'), text('tres'));
    same(console.heard().join('\n').split('\n'), ['uno', 'dos', 'tres'], 'posts arrive in their order');
  }),

  inTalk(
    'saying › a post whose answer was lost is sent again and arrives once',
    async ({ relay, console }) => {
      console.loseAnswer();
      const outcomes = await relay.post(text('uno'), text('dos'));
      same(outcomes[0], 'unknown', 'nobody knows what became of it');
      same(console.heard().join('\n').split('\n'), ['uno', 'dos'], 'a repeat is recognised');
    },
  ),

  inTalk(
    'saying › a process that died after its post goes on with the same one',
    async ({ relay, console }) => {
      relay.queue(text('uno'));
      await relay.send();
      relay.settle(await relay.send());
      await relay.post(text('dos'));
      same(console.heard().join('\n').split('\n'), ['uno', 'dos'], 'a repeat is recognised');
    },
  ),

  inTalk(
    'saying › nothing is bound where nothing waits, and what is bound stays',
    async ({ relay, desk }) => {
      same(desk.prepare(relay.state, [], Date.now()).ready, false, 'there is nothing to send');
      const bound = desk.prepare(relay.state, [text('uno')], Date.now());
      if (!bound.ready) throw new Error('a session at peace sends at once');
      same(bound.covers, 1, 'a single post is bound alone');
      const again = desk.prepare(bound.state, [text('uno'), text('dos')], Date.now());
      same(again, bound, 'a post that may have been sent is not bound anew');
    },
  ),

  inTalk('saying › a post that was given up makes room for the next', async ({ relay, console, desk }) => {
    relay.queue(text('uno'));
    console.loseAnswer();
    same(relay.settle(await relay.send()), 'unknown', 'nobody knows what became of it');
    relay.giveUp();
    await relay.post(text('dos'));
    same(console.heard(), ['uno', 'dos'], 'the next one is not taken for a repeat of it');
    const bound = desk.prepare(relay.state, [text('tres')], Date.now());
    if (!bound.ready) throw new Error('a session at peace sends at once');
    relay.keep(desk.drop(bound.state));
    await relay.post(text('cuatro'));
    same(console.heard(), ['uno', 'dos', 'cuatro'], 'what was given up before it was sent never arrives');
  }),

  inTalk('the end › ours is seen by the desk, and once is enough', async ({ relay, console, desk }) => {
    await relay.post(text('adiós'), { kind: 'end' });
    same(console.heard(), ['adiós'], 'what was said before arrives before');
    same(console.isOver(), true, 'the desk knows that the chat is over');
    const bound = desk.prepare(relay.state, [{ kind: 'end' }], Date.now());
    if (bound.ready) {
      const { outcome } = desk.settle(bound.state, await desk.send(bound.state, soon()), Date.now());
      same(outcome.outcome, 'delivered', 'the end of a session that is over is done');
    }
  }),

  inTalk('the end › the agent’s is told after what the agent said', async ({ relay, console }) => {
    await console.say('adiós');
    await console.end();
    await relay.hearUntil('chat-ended');
    const types = relay.types();
    holds(types.indexOf('agent-said') < types.indexOf('chat-ended'), 'the last words come first');
  }),

  that('the end › of a session that never asked for an agent is done', async ({ desk }) => {
    const bare = new DeskRelay(desk);
    const opened = await desk.openSession(soon())();
    if (opened._tag === 'Left') throw new Error(opened.left.detail);
    bare.keep(opened.right);
    same(await bare.post({ kind: 'end' }), ['delivered'], 'nothing is owed to it');
  }),

  inTalk('a lost session › is told by hearing and by posting', async ({ relay, console }) => {
    await console.forget();
    same((await relay.post(text('¿hola?'))).at(-1), 'session-over', 'a post cannot reach it');
    await relay.hearUntil('session-over');
    same(relay.types().at(-1), 'session-over', 'and the chat is told');
  }),
];
