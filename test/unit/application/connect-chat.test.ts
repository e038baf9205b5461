import test from 'ava';
import type { Keepers } from '../../../src/application/conversations/keepers.ts';
import type { AgentDesk } from '../../../src/application/ports/agent-desk.port.ts';
import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import type { Crm } from '../../../src/application/ports/crm.port.ts';
import { makeConnectChat } from '../../../src/application/use-cases/connect-chat.use-case.ts';
import { decideAll } from '../../../src/domain/chat.ts';
import type { ChatEvent } from '../../../src/domain/chat-event.ts';
import { emptyConversation, type Conversation } from '../../../src/domain/conversation.ts';
import { E, TE } from '../../../src/domain/fp.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { ana, makeBench } from './fixture.ts';

const profile = { name: 'Ana', email: 'ana@example.com', phoneNumber: '', botSlug: 'bot', botId: 'bot' };

/** Connects that come as far as the reservation; `onMark` is what goes on while the n-th mark is asked for. */
const setUp = (
  onMark: (
    times: number,
    happens: (...events: ReadonlyArray<ChatEvent>) => void,
    clock: VirtualClock,
  ) => unknown,
) => {
  const { clock, deps } = makeBench();
  const decide = decideAll(policyOf());
  let conversation: Conversation = emptyConversation(ana);
  let marks = 0;
  const happens = (...events: ReadonlyArray<ChatEvent>): void => {
    ({ conversation } = decide(conversation, events));
  };
  const keepers: Partial<Keepers> = {
    amend: async (_user, plan) => {
      happens(...plan(conversation));
      return E.right(conversation);
    },
  };
  const contexts: Partial<ContextStore> = {
    mark: () => async () => {
      marks += 1;
      const mark = marks * 100;
      await onMark(marks, happens, clock);
      return E.right(mark);
    },
  };
  const down = { _tag: 'LoginFailed', certain: true, refused: true, detail: 'no' } as const;
  const connect = makeConnectChat({
    keepers: keepers as Keepers,
    contexts: contexts as ContextStore,
    crm: { login: () => TE.left(down) } as Partial<Crm> as Crm,
    desks: new Map([['sample', {} as AgentDesk]]),
    clock,
    ids: deps.ids,
    log: deps.log,
    probe: { reached: () => undefined },
    settings: {
      flows: new Map([['default', { subject: 'Help', providers: { whatsapp: { buttonId: '573' } } }]]),
      sourceFlowField: 'flow',
      phoneCodes: [],
      checkAvailability: false,
      defaultDesk: 'sample',
      connectTimeoutMs: 30_000,
    },
  });
  return { connect: connect({ user: ana, profile, extraData: {} }), chat: () => conversation.chat, clock };
};

/** Another connect of the user begins, and a finish marked at `mark` ends it. */
const comesAndGoes = (chatId: string, at: number, mark: number): ReadonlyArray<ChatEvent> => [
  { type: 'reserved', chatId, at, mark: 1, profile, flow: 'default' },
  { type: 'finish-asked', at, mark },
];

test('reserved › another chat ends after the mark was taken › marked anew, behind everything said in that one', async (t) => {
  const { connect, chat, clock } = setUp((times, happens) => {
    if (times === 1) happens(...comesAndGoes('chat-other', clock.now(), 150));
  });
  const outcome = await connect();
  t.true(E.isLeft(outcome) && outcome.left._tag === 'ConnectStepFailed');
  t.is(chat()?.id, 'chat-1');
  t.is(chat()?.mark, 200);
});

test('reserved › another chat is open by the time of the write › it goes on, and the caller hears of it', async (t) => {
  const { connect, chat, clock } = setUp((_times, happens) => {
    happens(...comesAndGoes('chat-other', clock.now(), 150).slice(0, 1));
  });
  t.deepEqual(await connect(), E.left({ _tag: 'ChatExists' }));
  t.is(chat()?.id, 'chat-other');
});

test('reserved › other chats come and go each time › given up, nothing is reserved', async (t) => {
  const { connect, chat, clock } = setUp((times, happens) => {
    happens(...comesAndGoes(`chat-other-${times}`, clock.now(), 150));
  });
  const outcome = await connect();
  t.true(E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable');
  t.is(chat()?.id, 'chat-other-3');
});

test('reserved › the store answers when the time for the connect is over › nobody is reserved any more', async (t) => {
  const { connect, chat } = setUp((_times, _happens, clock) => clock.advance(30_000));
  t.like(await connect(), { left: { _tag: 'StoreUnavailable', detail: 'no answer in time' } });
  t.is(chat(), undefined);
});
