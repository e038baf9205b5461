import { makeApplication, makeSettings } from 'relevo';
import { absentPorts } from 'relevo/adapters/absent';
import { makeMemoryStores } from 'relevo/adapters/memory';
import { makeSystemClock, makeSystemIds } from 'relevo/adapters/system';
import { makeContextStore } from './context-store.ts';
import { openHashFile } from './hash-file.ts';
import { makeServer } from './server.ts';

const clock = makeSystemClock();
const ids = makeSystemIds(clock);
const day = 24 * 60 * 60_000;
const times = { contextTtlMs: day, deliveryDeadlineMs: day, chatRetentionMs: 30 * day };

// our own store for what people say, beside one of the package's for the chats
const file = await openHashFile(process.env['STORE_FILE'] ?? 'messages.log');
const contextStore = makeContextStore(file, { clock, ...times });
const { chatStore, instances, close } = makeMemoryStores({ clock, ...times });

// no desk and no CRM yet: a connect answers 502. examples/terminal-desk has a desk; real ones are adapters of the package
const { application, workers } = makeApplication(
  { ...absentPorts, contextStore, chatStore, instances, clock, ids },
  makeSettings({
    self: `fastify-${ids.writeId()}`,
    desk: 'none',
    flows: new Map([['default', { subject: 'Chat', providers: { whatsapp: { buttonId: 'main' } } }]]),
  }),
);
await workers.start();

const server = makeServer(application);
console.log(`listening at ${await server.listen({ port: Number(process.env['PORT'] ?? 3000) })}`);

const stop = async (): Promise<void> => {
  await server.close();
  await workers.stop(5_000);
  contextStore.stop();
  await Promise.all([close(), file.close()]);
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
