import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { absentPorts } from 'relevo/adapters/absent';
import { openSqlite } from 'relevo/adapters/sqlite';
import { makeSystemClock } from 'relevo/adapters/system';
import { makeHandler } from './handler.ts';

const day = 24 * 60 * 60_000;

/** The same handler on this machine, with a store in a file. */
const stores = openSqlite(process.env['STORE_FILE'] ?? 'webhooks.db', {
  clock: makeSystemClock(),
  contextTtlMs: day,
  deliveryDeadlineMs: day,
  chatRetentionMs: 30 * day,
  log: absentPorts.log,
  metrics: absentPorts.metrics,
});
const handle = makeHandler(stores);

const server = createServer((incoming, outgoing) => {
  const answer = async (): Promise<void> => {
    const { method = 'GET', url = '/' } = incoming;
    const body = method === 'POST' ? { body: await text(incoming) } : {};
    const response = await handle(new Request(new URL(url, 'http://localhost'), { method, ...body }));
    outgoing.writeHead(response.status, { 'content-type': 'application/json' });
    outgoing.end(await response.text());
  };
  answer().catch(() => outgoing.destroy());
});
server.listen(Number(process.env['PORT'] ?? 3001), () => {
  console.log('listening at', server.address());
});
process.once('SIGTERM', () => server.close(() => void stores.close()));
