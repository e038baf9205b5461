import { createRequire } from 'node:module';
import test from 'ava';
import { configOf, mistakesOf } from './config.fixture.ts';

const { cache } = createRequire(import.meta.url);
const isLoaded = (): boolean => Object.keys(cache).some((file) => /node_modules\/mongodb\//u.test(file));

const MONGODB_URI = 'mongodb://db.example.com/?foo=bar';

test('the driver of MongoDB › is loaded to look at its connection string, and for no other store', (t) => {
  configOf({});
  configOf({ STORE: 'sqlite', MONGODB_URI });
  t.false(isLoaded());
  t.is(mistakesOf({ STORE: 'mongodb', MONGODB_URI }).length, 1);
  t.true(isLoaded());
});
