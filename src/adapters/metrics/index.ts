/** Metrics for Prometheus. Needs the package `prom-client`. */
export { makePrometheusMetrics, type PrometheusMetrics } from './prometheus.adapter.ts';
