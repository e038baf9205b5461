import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { metricTable, type Row } from './table.ts';

export interface PrometheusMetrics extends Metrics {
  /** All metrics in the text format of Prometheus. */
  readonly text: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /**
   * What was counted and does not fit the table: `name: why`, each once, the first hundred. Never an exception: no work
   * fails over its numbers. Tests ask that it is empty.
   */
  readonly misused: () => ReadonlyArray<string>;
}

const prefix = 'relevo_';
/** Label values beyond so many combinations of one metric are shown as `other`: a slip must not fill the memory. */
const mostSeries = 500;
const mostMisuses = 100;

type Labels = Readonly<Record<string, string>>;
type Sample = (labels: Labels, value: number) => void;

/** The metrics of the table and, with `process: true`, those of the process (memory, event loop, descriptors). */
export const makePrometheusMetrics = (options: { readonly process: boolean }): PrometheusMetrics => {
  const registry = new Registry();
  const misuses = new Set<string>();
  const series = new Map(
    Object.entries(metricTable).map(([name, row]) => [name, makeSeries(registry, name, row)] as const),
  );
  if (options.process) collectDefaultMetrics({ register: registry, prefix });

  const misuse = (name: string, why: string): void => {
    series.get('metrics_misused_total')?.sample({}, 1);
    if (misuses.size < mostMisuses) misuses.add(`${name.slice(0, 100)}: ${why}`);
  };

  const record = (kind: Row['type'], name: string, labels: Labels, value: number): void => {
    const one = series.get(name);
    if (one === undefined) return misuse(name, 'unknown');
    if (one.kind !== kind) return misuse(name, `not a ${kind}`);
    if (!one.labelsFit(labels)) return misuse(name, 'other labels');
    if (!Number.isFinite(value) || (kind !== 'gauge' && value < 0)) return misuse(name, 'no such value');
    one.sample(labels, value);
  };

  return {
    count: (name, labels = {}, by = 1) => record('counter', name, labels, by),
    gauge: (name, value, labels = {}) => record('gauge', name, labels, value),
    observe: (name, seconds, labels = {}) => record('histogram', name, labels, seconds),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    misused: () => [...misuses],
  };
};

interface Series {
  readonly kind: Row['type'];
  readonly labelsFit: (labels: Labels) => boolean;
  readonly sample: Sample;
}

const makeSeries = (registry: Registry, name: string, row: Row): Series => {
  const { type, help, labels = [], buckets = [] } = row;
  const common = { name: prefix + name, help, labelNames: [...labels], registers: [registry] };
  const seen = new Set<string>();

  const bounded = (values: Labels): Labels => {
    const key = JSON.stringify(labels.map((label) => values[label]));
    if (seen.has(key)) return values;
    if (seen.size >= mostSeries) return Object.fromEntries(labels.map((label) => [label, 'other']));
    seen.add(key);
    return values;
  };

  return {
    kind: type,
    labelsFit: (values) =>
      Object.keys(values).length === labels.length && labels.every((label) => Object.hasOwn(values, label)),
    sample: sampleOf(type, common, [...buckets], bounded),
  };
};

const sampleOf = (
  kind: Row['type'],
  common: { name: string; help: string; labelNames: string[]; registers: Registry[] },
  buckets: number[],
  bounded: (labels: Labels) => Labels,
): Sample => {
  switch (kind) {
    case 'counter': {
      const counter = new Counter(common);
      return (labels, value) => counter.inc(bounded(labels), value);
    }
    case 'gauge': {
      const gauge = new Gauge(common);
      return (labels, value) => gauge.set(bounded(labels), value);
    }
    case 'histogram': {
      const histogram = new Histogram({ ...common, buckets });
      return (labels, value) => histogram.observe(bounded(labels), value);
    }
  }
};
