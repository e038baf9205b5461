import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { databaseName, findEngine, withEngine } from '../support/mongo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const webhook = {
  id: 'w1',
  from: '5215550000001',
  type: 'text',
  timestamp: '1632367928574',
  text: { body: 'Hola' },
};

/** What a platform does: loads the module, calls it, and throws the process away. */
const program = `
  const { default: { fetch } } = await import('./examples/webhook-function/function.ts');
  const body = JSON.stringify(${JSON.stringify(webhook)});
  const answer = await fetch(new Request('https://hooks.example.com/whatsapp', { method: 'POST', body }));
  console.log(answer.status, await answer.text());
  process.exit(0);
`;

withEngine('the webhook function', await findEngine(), (engine) => {
  test('the webhook function › takes messages into a database that it shares with others', (t) => {
    const env = { ...process.env, MONGODB_URI: engine.uri, MONGODB_DATABASE: databaseName() };
    for (let starts = 0; starts < 2; starts += 1) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--conditions=relevo-source', '--input-type=module', '--eval', program],
        { cwd: root, env, encoding: 'utf8', timeout: 30_000 },
      );
      t.is(stdout, '200 {"stored":1}\n', stderr);
    }
  });
});
