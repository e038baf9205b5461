import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import { emptyConversation, emptyLanes, type Conversation } from '../../../src/domain/conversation.ts';
import { done, hostileIds, same, type ContractCase } from '../contract.ts';
import { ana, chatId, luis, saving, setAsideEntry, talk, textEffect } from '../samples.ts';
import { found, saved, that } from './reading.ts';

/** The opaque state of a desk is anything that JSON can say. */
const deskState: unknown = JSON.parse(
  '{"__proto__": {"polluted": true}, "$set": {"a.b": [null, 1.5, "x", true]}, "": {}, "key": "é🙂\\u2028", "big": 9007199254740991}',
);

const full = (user: User): Conversation => ({
  ...talk(user),
  profile: { name: 'Ana \'"; $where', email: 'ana@example.com', botSlug: 'bot', botId: '1' },
  lanes: {
    user: [textEffect(`${chatId}-1`, ''), textEffect(`${chatId}-2`, '🙂\n"\\')],
    bot: [],
    chats: { [chatId]: { ...emptyLanes, desk: { kind: 'live-agent', state: deskState } } },
  },
  overflow: { count: 2, next: 2, taken: -1, pending: [] },
  lending: { default: { at: 1, caseId: '500000000000001' } },
  lastError: 'refused: 400',
});

export const documentCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('document › everything in it comes back to the letter', async ({ store }) => {
    const stored = await saved(store, saving(full(ana)));
    same(
      JSON.stringify(stored.conversation),
      JSON.stringify(full(ana)),
      'members, their order and their values',
    );
    same(({} as { polluted?: boolean }).polluted, undefined, 'and nothing in it becomes a prototype');
    const plain = await saved(store, saving(emptyConversation(ana), { rev: 1 }));
    same(
      plain.conversation,
      emptyConversation(ana),
      'a save replaces the document: nothing of the former stays',
    );
  }),

  that('document › one of 64 KiB is kept whole', async ({ store }) => {
    const lines = Array.from({ length: 190 }, (_, index) =>
      textEffect(`${chatId}-${index}`, '¿🙂?'.repeat(25)),
    );
    const { lanes, ...rest } = talk(ana);
    const large: Conversation = { ...rest, lanes: { ...lanes, user: lines } };
    const size = Buffer.byteLength(JSON.stringify(large));
    const state = 'x'.repeat(Math.max(0, 64 * 1024 - size));
    const padded = { ...large, lastError: state };
    const stored = await saved(store, saving(padded, { owner: 'host-1' }));
    same(stored.conversation, padded, 'nothing is cut');
    const again = await saved(store, saving({ ...padded, lastError: 'short' }, { rev: 1 }));
    same(again.conversation.lastError, 'short', 'and it can be changed');
  }),

  that('document › what was handed in or out is not shared with the store', async ({ store }) => {
    const mine = { ...talk(ana), lanes: { user: [textEffect('e1')], bot: [], chats: {} } };
    await saved(store, saving(mine));
    mine.lanes.user.push(textEffect('e2'));
    const first = await found(store, ana);
    same(first?.conversation.lanes.user.length, 1, 'a change of what was handed in does not reach the store');
    (first?.conversation.lanes.user as unknown[]).push(textEffect('e3'));
    same((await found(store, ana))?.conversation.lanes.user.length, 1, 'nor one of what was handed out');
  }),

  that('document › any user that the channels could name has exactly the own one', async ({ store }) => {
    const users = hostileIds.map((id): User => ({ provider: 'facebook', id }));
    for (const user of users) {
      await saved(store, saving(talk(user), { owner: 'host-1' }));
      await done(
        store.spill(user, [{ order: 0, effect: textEffect(`spilled ${user.id}`) }], { epoch: 1, attempt: 1 }),
      );
      await done(store.setAside(setAsideEntry(user, `aside ${user.id}`)));
      await done(store.wake(user));
    }
    const woken = await done(store.woken('host-1'));
    same(new Set(woken.map(({ id }) => id)), new Set(hostileIds), 'wake and woken tell users as they are');
    for (const user of users) {
      const name = JSON.stringify(user.id);
      same((await found(store, user))?.conversation.user, user, `load of ${name}`);
      same(
        (await done(store.spilled(user, -1, 10))).map(({ effect }) => effect.id),
        [`spilled ${user.id}`],
        `spilled effects of ${name}`,
      );
      same(
        (await done(store.listSetAside(user))).map(({ effect }) => effect.id),
        [`aside ${user.id}`],
        `set-aside effects of ${name}`,
      );
    }
    const [gone, ...others] = users;
    if (gone !== undefined) await done(store.erase(gone));
    for (const user of others)
      same(
        (await found(store, user))?.conversation.user,
        user,
        'an erasure meets exactly the user that it names',
      );
  }),

  that('document › everything is there after a restart', { needs: 'reopen' }, async ({ store, reopen }) => {
    const before = await saved(store, saving(full(ana), { owner: 'host-1' }));
    await saved(store, saving(talk(luis, 'ended'), { owner: null }));
    await done(store.spill(ana, [{ order: 0, effect: textEffect('e1') }], { epoch: 1, attempt: 1 }));
    await done(store.setAside(setAsideEntry(ana, 'e2')));
    const counts = await done(store.countByState());
    const next = await reopen();
    same(await found(next, ana), before, 'conversations, with revision, write id, owner and epoch');
    same(await done(next.countByState()), counts, 'counts');
    same((await done(next.spilled(ana, -1, 10))).length, 1, 'spilled effects');
    same(await done(next.listSetAside(ana)), [setAsideEntry(ana, 'e2')], 'set-aside effects');
    same(
      (await done(next.ownedByOthers(['host-2'], { limit: 10 }))).map(
        ({ conversation }) => conversation.user,
      ),
      [ana],
      "the former process's conversations are found by the next one",
    );
  }),
];
