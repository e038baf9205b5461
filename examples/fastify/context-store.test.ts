import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { ContextStore } from 'relevo';
import { casesFor, contextStoreContract, type MakeStore } from 'relevo/testing';
import { makeContextStore } from './context-store.ts';
import { openHashFile } from './hash-file.ts';

/** A store in a directory of its own, which can be closed and opened again. */
const make: MakeStore<ContextStore> = async (settings) => {
  const directory = await mkdtemp(join(tmpdir(), 'own-store-'));
  const open = async () => {
    const file = await openHashFile(join(directory, 'messages.log'));
    const store = makeContextStore(file, settings);
    const close = async (): Promise<void> => {
      store.stop();
      await file.close();
    };
    return { store, close };
  };
  let current = await open();
  return {
    store: current.store,
    reopen: async () => {
      await current.close();
      current = await open();
      return current.store;
    },
    cutOff: () => current.close(),
    dispose: async () => {
      await current.close();
      await rm(directory, { recursive: true });
    },
  };
};

for (const { title, run } of casesFor(contextStoreContract, ['reopen', 'cut-off']))
  test(title, () => run(make));

test('the file is for one process', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'own-store-'));
  const path = join(directory, 'messages.log');
  const file = await openHashFile(path);
  await assert.rejects(openHashFile(path), /in use/u);
  await file.close();
  await (await openHashFile(path)).close();
  await rm(directory, { recursive: true });
});
