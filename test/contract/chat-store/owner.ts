import type {
  ChatStore,
  OwnerId,
  StoredConversation,
} from '../../../src/application/ports/chat-store.port.ts';
import { userKey, type User } from '../../../src/domain/channel.ts';
import { done, hostileIds, same, type ContractCase } from '../contract.ts';
import { ana, anaOnFacebook, luis, saving, talk } from '../samples.ts';
import { found, saved, standing, that } from './reading.ts';

const owners = (all: ReadonlyArray<StoredConversation>): ReadonlyArray<string> =>
  all.map((stored) => standing(stored)?.owner ?? 'nobody').sort();

/** Walks through all pages, and gives up on a store that never ends. */
const pages = async (
  store: ChatStore,
  living: ReadonlyArray<OwnerId>,
  limit: number,
): Promise<ReadonlyArray<User>> => {
  const users: User[] = [];
  let page = await done(store.ownedByOthers(living, { limit }));
  while (page.length > 0 && users.length < 1000) {
    same(page.length <= limit, true, `a page has ${limit} at most`);
    users.push(...page.map(({ conversation }) => conversation.user));
    const last = users.at(-1);
    page = last === undefined ? [] : await done(store.ownedByOthers(living, { limit, after: userKey(last) }));
  }
  return users;
};

export const ownerCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('ownedByOthers › what dead or unknown processes own, and nothing else', async ({ store }) => {
    const user = (id: string): User => ({ provider: 'whatsapp', id });
    await saved(store, saving(talk(user('1')), { owner: 'alive-1' }));
    await saved(store, saving(talk(user('2')), { owner: 'dead-1' }));
    await saved(store, saving(talk(user('3')), { owner: 'alive-2' }));
    await saved(store, saving(talk(user('4')), { owner: 'dead-2' }));
    await saved(store, saving(talk(user('5'), 'ended')));
    await saved(store, saving(talk(user('6'), 'active'), { owner: 'dead-1' }));
    await saved(store, saving(talk(user('6'), 'ended'), { rev: 1, owner: null }));
    same(
      owners(await done(store.ownedByOthers(['alive-1', 'alive-2'], { limit: 10 }))),
      ['dead-1', 'dead-2'],
      'whose owner is not among the living; one without an owner is nobody to be replaced',
    );
    same(
      owners(await done(store.ownedByOthers(['alive-1', 'alive-2', 'dead-1', 'dead-2'], { limit: 10 }))),
      [],
      'with everybody alive there is none',
    );
    same(
      owners(await done(store.ownedByOthers([], { limit: 10 }))),
      ['alive-1', 'alive-2', 'dead-1', 'dead-2'],
      'with nobody alive all that are owned',
    );
    const [first] = await done(store.ownedByOthers(['alive-1', 'alive-2', 'dead-2'], { limit: 10 }));
    same(first, await found(store, user('2')), 'they come whole, as load tells them');
  }),

  that('ownedByOthers › pages by the key of the last one tell each exactly once', async ({ store }) => {
    const users = hostileIds.flatMap((id): ReadonlyArray<User> => [
      { provider: 'whatsapp', id },
      { provider: 'facebook', id },
    ]);
    for (const user of users) await saved(store, saving(talk(user), { owner: 'dead' }));
    await saved(store, saving(talk(ana), { owner: 'alive' }));
    for (const limit of [1, 7, 500]) {
      const told = await pages(store, ['alive'], limit);
      same(
        told.map(userKey).sort(),
        users.map(userKey).sort(),
        `all pages of ${limit} together tell all, once`,
      );
    }
  }),

  that('ownedByOthers › pages go on while conversations are taken over', async ({ store }) => {
    const users = Array.from({ length: 20 }, (_, index): User => ({
      provider: 'whatsapp',
      id: `52${index}`,
    }));
    for (const user of users) await saved(store, saving(talk(user), { owner: 'dead' }));
    const taken: string[] = [];
    let after: string | undefined;
    for (let round = 0; round < 10 && taken.length < users.length; round += 1) {
      const page = await done(
        store.ownedByOthers(['me'], after === undefined ? { limit: 6 } : { limit: 6, after }),
      );
      for (const { conversation, epoch } of page) {
        await done(store.takeOver(conversation.user, { owner: 'dead', epoch }, 'me'));
        taken.push(userKey(conversation.user));
      }
      after = taken.at(-1);
    }
    same([...taken].sort(), users.map(userKey).sort(), 'none is left out, none told twice');
    same(await done(store.ownedByOthers(['me'], { limit: 10 })), [], 'and then there are none');
  }),

  that('takeOver › only from exactly that owner and epoch', async ({ store }) => {
    const before = await saved(store, saving(talk(ana), { owner: 'dead' }));
    for (const [from, why] of [
      [{ owner: 'other', epoch: 1 }, 'another owner'],
      [{ owner: 'dead', epoch: 0 }, 'an earlier epoch'],
      [{ owner: 'dead', epoch: 2 }, 'a later epoch'],
    ] as const)
      same((await done(store.takeOver(ana, from, 'me')))._tag, 'None', `${why}: somebody else was faster`);
    const from = { owner: 'dead', epoch: 1 };
    same(
      (await done(store.takeOver(luis, from, 'me')))._tag,
      'None',
      'nothing can be taken of an unknown user',
    );
    same(
      (await done(store.takeOver(anaOnFacebook, from, 'me')))._tag,
      'None',
      'nor of the namesake elsewhere',
    );
    same(await found(store, ana), before, 'a take-over that fails changes nothing');
    const taken = await done(store.takeOver(ana, from, 'me'));
    same(
      taken._tag === 'Some' ? taken.value : undefined,
      await found(store, ana),
      'it answers what is stored now',
    );
    same(
      standing(await found(store, ana)),
      { rev: 1, owner: 'me', epoch: 2 },
      'a new owner and epoch; the revision counts saves alone',
    );
    same(
      (await done(store.takeOver(ana, from, 'third')))._tag,
      'None',
      'once taken it cannot be taken from the dead',
    );
  }),

  that('takeOver › the former owner can save no more, the new one can', async ({ store }) => {
    await saved(store, saving(talk(ana), { owner: 'paused' }));
    await done(store.takeOver(ana, { owner: 'paused', epoch: 1 }, 'me'));
    const late = saving(talk(ana, 'ended'), { rev: 1, as: { owner: 'paused', epoch: 1 } });
    same(await done(store.save(late)), 'conflict', 'who was replaced learns it at its next save');
    const mine = saving(talk(ana, 'ended'), { rev: 1, as: { owner: 'me', epoch: 2 }, owner: null });
    same(await done(store.save(mine)), 'saved', 'the new owner saves with the new epoch');
    same(
      (await done(store.takeOver(ana, { owner: 'me', epoch: 2 }, 'third')))._tag,
      'None',
      'what its owner is done with cannot be taken over',
    );
  }),

  that('takeOver › of many at once exactly one succeeds', async ({ handles }) => {
    const both = await handles();
    await saved(both[0], saving(talk(ana), { owner: 'dead' }));
    for (let epoch = 1; epoch < 8; epoch += 1) {
      const owner = standing(await found(both[0], ana))?.owner ?? '';
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, turn) =>
          done((both[turn % 2] ?? both[0]).takeOver(ana, { owner, epoch }, `next-${epoch}-${turn}`)),
        ),
      );
      same(answers.filter(({ _tag }) => _tag === 'Some').length, 1, 'one is faster than the others');
      same(standing(await found(both[1], ana))?.epoch, epoch + 1, 'and the epoch grows by one');
    }
  }),
];
