import { findEngine, withEngine } from '../support/mongo.ts';

/** The same conversations, and stops between any two steps, over the store of several machines. */
const engine = await findEngine();
if (!('missing' in engine)) {
  process.env.E2E_STORE = 'mongodb';
  process.env.E2E_MONGODB_URI = engine.uri;
  await import('./support/on-any-store.ts');
}
withEngine('conversations on mongodb', engine, () => undefined);
