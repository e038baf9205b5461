import test from 'node:test';
import { agentDeskContract, type MakeDesk } from 'relevo/testing';
import { makeToyDesk } from './desk.ts';
import { makeSwitchboard, type Line } from './switchboard.ts';

/** A desk of its own for each case, on a line that can be made to fail. */
const make: MakeDesk = async () => {
  const { line, seats } = makeSwitchboard();
  const fail = { answer: false, receive: false };
  const network: Line = {
    ...line,
    post: async (...args) => {
      const answer = await line.post(...args);
      if (!fail.answer) return answer;
      fail.answer = false;
      throw new Error('the answer was lost');
    },
    events: async (...args) => {
      if (!fail.receive) return line.events(...args);
      fail.receive = false;
      throw new Error('the desk answered 500');
    },
  };
  const seat = () => {
    const last = seats.at(-1);
    if (last === undefined) throw new Error('no chat was asked for');
    return last;
  };
  return {
    desk: makeToyDesk(network),
    request: {
      provider: 'whatsapp',
      buttonId: 'main',
      visitorName: 'Ana P.',
      caseId: 'case-1',
      contactId: 'contact-1',
    },
    console: {
      accept: (agent) => seat().accept(agent),
      say: (...texts) => seat().say(...texts),
      end: () => seat().end(),
      forget: () => seat().forget(),
      heard: () => seat().heard,
      isOver: () => seat().isOver(),
      loseAnswer: () => {
        fail.answer = true;
      },
      failNextReceive: () => {
        fail.receive = true;
      },
    },
    dispose: async () => undefined,
  };
};

for (const { title, run } of agentDeskContract) test(title, () => run(make));
