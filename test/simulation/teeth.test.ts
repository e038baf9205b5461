import test from 'ava';
import type { Ports } from '../../src/application/make-application.ts';
import type { AgentDesk } from '../../src/application/ports/agent-desk.port.ts';
import type { ContextStore } from '../../src/application/ports/context-store.port.ts';
import { E, O, TE, pipe } from '../../src/domain/fp.ts';
import { makePlan, type Plan } from './plan.ts';
import { runWorld } from './world.ts';

const withDesk = (ports: Ports, change: (desk: AgentDesk) => Partial<AgentDesk>): Ports => ({
  ...ports,
  desks: new Map(Array.from(ports.desks, ([kind, desk]) => [kind, { ...desk, ...change(desk) }])),
});

const withContexts = (ports: Ports, change: (contexts: ContextStore) => Partial<ContextStore>): Ports => ({
  ...ports,
  contextStore: { ...ports.contextStore, ...change(ports.contextStore) },
});

/** What it would do, but for one time in so many. */
const everyNth = (n: number): (() => boolean) => {
  let calls = 0;
  return () => (calls += 1) % n === 0;
};

/** Defects as a change might bring them: each must break a law within some worlds, else the laws see nothing. */
const defects: Readonly<Record<string, (ports: Ports) => Ports>> = {
  'a message is answered and not stored': (ports) => {
    const isTime = everyNth(5);
    return withContexts(ports, ({ append }) => ({
      append: (message) => (isTime() ? TE.right('stored' as const) : append(message)),
    }));
  },
  'messages are not marked as posted': (ports) =>
    withContexts(ports, () => ({ settle: () => TE.right(undefined) })),
  'messages are read in the wrong order': (ports) =>
    withContexts(ports, ({ untaken }) => ({
      untaken: (...asked) =>
        pipe(
          untaken(...asked),
          TE.map((messages) => messages.toReversed()),
        ),
    })),
  'an agent is told no context': (ports) => withContexts(ports, () => ({ list: () => TE.right([]) })),
  'the context lacks its oldest entry': (ports) =>
    withContexts(ports, ({ list }) => ({
      list: (...asked) =>
        pipe(
          list(...asked),
          TE.map((entries) => entries.slice(1)),
        ),
    })),
  'the context lacks an entry in its midst': (ports) =>
    withContexts(ports, ({ list }) => ({
      list: (...asked) =>
        pipe(
          list(...asked),
          TE.map((entries) =>
            entries.length > 2 ? [...entries.slice(0, -2), ...entries.slice(-1)] : entries,
          ),
        ),
    })),
  'what was written before a finish is not looked for': (ports) => {
    const isTime = everyNth(2);
    return withContexts(ports, ({ untaken }) => ({
      untaken: (...asked) => (isTime() ? TE.right([]) : untaken(...asked)),
    }));
  },
  'what an agent says after a finish is dropped': (ports) =>
    withDesk(ports, (desk) => ({
      absorb: (state, signal, now) => {
        const absorbed = desk.absorb(state, signal, now);
        const isEnding = (state as { readonly head?: { readonly kind: string } }).head?.kind === 'end';
        return isEnding ? { ...absorbed, events: [] } : absorbed;
      },
    })),
  'an agent’s end is not heard': (ports) =>
    withDesk(ports, (desk) => ({
      absorb: (state, signal, now) => {
        const absorbed = desk.absorb(state, signal, now);
        return { ...absorbed, events: absorbed.events.filter(({ type }) => type !== 'chat-ended') };
      },
    })),
  'pauses between tries are far too short': (ports) => ({
    ...ports,
    ids: { ...ports.ids, random: () => -2.9 },
  }),
  'a save is said to be done and is not': (ports) => {
    const isTime = everyNth(12);
    const { chatStore } = ports;
    return {
      ...ports,
      chatStore: {
        ...chatStore,
        save: (save) => (isTime() ? TE.right('saved' as const) : chatStore.save(save)),
      },
    };
  },
  'all writes carry the same id': (ports) => ({ ...ports, ids: { ...ports.ids, writeId: () => 'w' } }),
  'a take-over comes late and asks for no epoch': (ports) => {
    const { chatStore, clock } = ports;
    return {
      ...ports,
      chatStore: {
        ...chatStore,
        takeOver: (user, _from, to) => async () => {
          await new Promise<void>((done) => void clock.after(2_000, done));
          const found = await chatStore.load(user)();
          if (E.isLeft(found) || O.isNone(found.right) || O.isNone(found.right.value.owner))
            return E.right(O.none);
          const { owner, epoch } = found.right.value;
          return chatStore.takeOver(user, { owner: owner.value, epoch }, to)();
        },
      },
    };
  },
  'nobody’s heart beats': (ports) => ({
    ...ports,
    instances: { ...ports.instances, list: () => TE.right([]) },
  }),
  'of what is spilled the first is lost': (ports) => {
    const { chatStore } = ports;
    return {
      ...ports,
      chatStore: {
        ...chatStore,
        spill: (user, effects, stamp) => chatStore.spill(user, effects.slice(1), stamp),
      },
    };
  },
  'what was set aside is dropped': (ports) => ({
    ...ports,
    chatStore: { ...ports.chatStore, setAside: () => TE.right(undefined) },
  }),
  'a text to the user is swallowed': (ports) => {
    const isTime = everyNth(9);
    const { botChannel } = ports;
    return {
      ...ports,
      botChannel: {
        ...botChannel,
        sendText: (user, text, signal) =>
          isTime() ? TE.right(undefined) : botChannel.sendText(user, text, signal),
      },
    };
  },
  'a case that was lost is not looked for': (ports) => ({
    ...ports,
    crm: { ...ports.crm, findCase: () => TE.right(O.none) },
  }),
  'a batch is not acknowledged': (ports) =>
    withDesk(ports, (desk) => ({
      absorb: (state, signal, now) => ({ ...desk.absorb(state, signal, now), state }),
    })),
  'a number is given twice': (ports) =>
    withDesk(ports, (desk) => ({
      settle: (state, answer, now) => {
        const settled = desk.settle(state, answer, now);
        const { next } = state as { readonly next: number };
        return { ...settled, state: { ...(settled.state as object), next } };
      },
    })),
  'a post is not bound before it leaves': (ports) =>
    withDesk(ports, (desk) => ({
      send: (state, abort) => {
        const { next } = state as { readonly next: number };
        return desk.send({ ...(state as object), next: next + 1 }, abort);
      },
    })),
};

/** Rarer ones need a world that can have them: what they spoil does not come to pass in the others. */
const places: Readonly<Record<string, (plan: Plan) => boolean>> = {
  'a case that was lost is not looked for': ({ rates }) => rates.crm > 0.1,
  'a take-over comes late and asks for no epoch': ({ slots, faults }) =>
    slots === 3 && faults.some((fault) => fault.do === 'crash' || fault.do === 'crash-at'),
  'nobody’s heart beats': ({ slots }) => slots > 1,
  'an agent’s end is not heard': ({ rates, faults }) => rates.poll === 0 && faults.length === 0,
  'pauses between tries are far too short': ({ faults }) =>
    faults.some((fault) => fault.do === 'outage' && fault.of === 'channel' && fault.forMs > 20_000),
  'of what is spilled the first is lost': ({ actions }) =>
    actions.some((action) => action.do === 'say' && action.lines.length > 100),
};
const worldsMax = 60;

for (const [what, sabotage] of Object.entries(defects)) {
  test(`simulation › teeth › ${what}: noticed`, async (t) => {
    const isPlace = places[what] ?? (() => true);
    for (let seed = 1, worlds = 0; worlds < worldsMax; seed += 1) {
      const plan = makePlan(seed);
      if (!isPlace(plan)) continue;
      worlds += 1;
      const [breach] = (await runWorld(plan, { sabotage })).breaches;
      if (breach !== undefined) {
        t.log(`world ${seed}, the ${worlds}.: ${breach.law}`);
        return t.pass();
      }
    }
    t.fail(`no law was broken in ${worldsMax} worlds`);
  });
}
