import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { makePrometheusMetrics } from '../../../src/adapters/metrics/prometheus.adapter.ts';
import { metricTable } from '../../../src/adapters/metrics/table.ts';

const lines = async (metrics: ReturnType<typeof makePrometheusMetrics>, start: string): Promise<string[]> => {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line.startsWith(start));
};

test('metrics › counters add up, gauges hold, histograms sort into buckets', async (t) => {
  const metrics = makePrometheusMetrics({ process: false });
  metrics.count('deliveries_total', { lane: 'user', outcome: 'delivered' });
  metrics.count('deliveries_total', { lane: 'user', outcome: 'delivered' }, 2);
  metrics.count('takeovers_total');
  metrics.gauge('set_aside', 4);
  metrics.gauge('set_aside', 3);
  metrics.observe('remote_call_seconds', 0.3, { remote: 'yalo' });
  t.deepEqual(await lines(metrics, 'relevo_deliveries_total'), [
    'relevo_deliveries_total{lane="user",outcome="delivered"} 3',
  ]);
  t.deepEqual(await lines(metrics, 'relevo_takeovers_total'), ['relevo_takeovers_total 1']);
  t.deepEqual(await lines(metrics, 'relevo_set_aside '), ['relevo_set_aside 3']);
  const buckets = await lines(metrics, 'relevo_remote_call_seconds_bucket');
  t.true(buckets.includes('relevo_remote_call_seconds_bucket{le="0.25",remote="yalo"} 0'));
  t.true(buckets.includes('relevo_remote_call_seconds_bucket{le="0.5",remote="yalo"} 1'));
  t.deepEqual(metrics.misused(), []);
});

test('metrics › what fits no row is told and harms nobody', async (t) => {
  const metrics = makePrometheusMetrics({ process: false });
  metrics.count('no_such_thing');
  metrics.count('__proto__');
  metrics.gauge('takeovers_total', 1);
  metrics.count('takeovers_total', { lane: 'user' });
  metrics.count('uncertain_total');
  metrics.count('uncertain_total', { Lane: 'user' });
  metrics.count('uncertain_total', { lane: 'user' }, -1);
  metrics.gauge('set_aside', Number.NaN);
  metrics.observe('store_commit_seconds', -1);
  metrics.count('no_such_thing');
  t.deepEqual(metrics.misused(), [
    'no_such_thing: unknown',
    '__proto__: unknown',
    'takeovers_total: not a gauge',
    'takeovers_total: other labels',
    'uncertain_total: other labels',
    'uncertain_total: no such value',
    'set_aside: no such value',
    'store_commit_seconds: no such value',
  ]);
  t.deepEqual(await lines(metrics, 'relevo_metrics_misused_total'), ['relevo_metrics_misused_total 10']);
  t.deepEqual(await lines(metrics, 'relevo_takeovers_total'), ['relevo_takeovers_total 0']);
});

test('metrics › a label that takes ever new values does not fill the memory', async (t) => {
  const metrics = makePrometheusMetrics({ process: false });
  for (let index = 0; index < 2000; index += 1) metrics.count('desk_events_total', { type: `t${index}` });
  metrics.count('desk_events_total', { type: 't7' });
  const shown = await lines(metrics, 'relevo_desk_events_total{');
  t.is(shown.length, 501);
  t.true(shown.includes('relevo_desk_events_total{type="other"} 1500'));
  t.true(shown.includes('relevo_desk_events_total{type="t7"} 2'));
});

test('metrics › the process tells of itself, all under one prefix', async (t) => {
  const { contentType, body } = await makePrometheusMetrics({ process: true }).text();
  t.regex(contentType, /^text\/plain; version=0\.0\.4/u);
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.true(samples.some((line) => line.startsWith('relevo_process_resident_memory_bytes ')));
  t.true(samples.some((line) => line.startsWith('relevo_nodejs_eventloop_lag_seconds ')));
  t.deepEqual(
    samples.filter((line) => !line.startsWith('relevo_')),
    [],
  );
});

test('metrics › every row can be shown, and labels of the table are few', (t) => {
  for (const [name, row] of Object.entries(metricTable)) {
    t.regex(name, /^[a-z][a-z_]*$/u);
    t.true((row.labels ?? []).length <= 3, name);
    t.is(row.buckets !== undefined, row.type === 'histogram', name);
  }
});

const kinds: Readonly<Record<string, string>> = { count: 'counter', gauge: 'gauge', observe: 'histogram' };

test('metrics › every name that the sources count has its row', (t) => {
  const root = new URL('../../../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const uses = files.flatMap((file) => [
    ...readFileSync(new URL(file, root), 'utf8').matchAll(/\.(count|gauge|observe)\(\s*'([a-z_]+)'/gu),
  ]);
  t.true(uses.length > 0);
  for (const [, method = '', name = ''] of uses) t.is(metricTable[name]?.type, kinds[method] as never, name);
});
