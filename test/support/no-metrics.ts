import type { Metrics } from '../../src/application/ports/metrics.port.ts';

export const noMetrics: Metrics = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};
