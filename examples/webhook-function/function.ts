import { absentPorts } from 'relevo/adapters/absent';
import { openMongo } from 'relevo/adapters/mongodb';
import { makeSystemClock } from 'relevo/adapters/system';
import { makeHandler } from './handler.ts';

const day = 24 * 60 * 60_000;

/** What the platform calls. The connection is made once per instance, and kept from call to call. */
const stores = openMongo(
  {
    uri: process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:27017',
    database: process.env['MONGODB_DATABASE'] ?? 'relevo',
  },
  {
    clock: makeSystemClock(),
    // as the processes that deliver have them
    contextTtlMs: day,
    deliveryDeadlineMs: day,
    chatRetentionMs: 30 * day,
    log: absentPorts.log,
    metrics: absentPorts.metrics,
  },
);

// what cannot reach its store takes nothing: the platform starts another one
await stores.ready();

export default { fetch: makeHandler(stores) };
