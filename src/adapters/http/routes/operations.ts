import { E, TE } from '../../../domain/fp.ts';
import { jsonAnswer, message, textAnswer } from '../answer.ts';
import type { HealthReport, HttpServerDeps } from '../options.ts';
import { makeRoute, type Route } from '../route.ts';
import { everybody, failureDocs } from './common.ts';

/** Longer than the parts of a report that wait have by themselves; probes give up after seconds. */
const healthMs = 2_000;

const nothing: HealthReport = {
  ready: false,
  dependencies: [{ name: 'health', status: 'down', detail: 'no answer' }],
};

const line = ({ name, status, detail }: HealthReport['dependencies'][number]): string =>
  detail === undefined ? `${name}: ${status}` : `${name}: ${status}, ${detail}`;

const alive = message('alive');

export const operationRoutes = ({
  health,
  metricsText,
  clock,
  log,
}: HttpServerDeps): ReadonlyArray<Route> => {
  const healthInTime = (): Promise<HealthReport> =>
    new Promise((resolve) => {
      const cancel = clock.after(healthMs, () => resolve(nothing));
      const answer = (report: HealthReport): void => {
        cancel();
        resolve(report);
      };
      void Promise.resolve()
        .then(health)
        .then(answer, (cause: unknown) => {
          log.error('health-not-known', { detail: String(cause) });
          answer(nothing);
        });
    });

  return [
    makeRoute({
      method: 'GET',
      path: '/health/live',
      access: everybody,
      operational: true,
      docs: {
        summary: 'The process answers',
        answers: { 200: { what: 'Always.', example: { Message: 'alive' } } },
      },
      read: () => E.right(undefined),
      run: () => TE.right(undefined),
      present: () => alive,
    }),
    makeRoute({
      method: 'GET',
      path: '/health/ready',
      access: everybody,
      operational: true,
      docs: {
        summary: 'Whether requests may be sent here, and how everything it depends on is',
        answers: {
          200: {
            what: 'Ready; a remote in trouble is degraded and changes nothing about that.',
            example: { ready: true, dependencies: [{ name: 'store', status: 'up' }] },
          },
          503: failureDocs.of('not ready\nstore: down'),
        },
      },
      read: () => E.right(undefined),
      run: () => async () => {
        const report = await healthInTime();
        return report.ready
          ? E.right(report)
          : E.left({ _tag: 'NotReady', lines: report.dependencies.map(line) });
      },
      present: ({ ready, dependencies }) =>
        jsonAnswer(200, {
          ready,
          dependencies: dependencies.map(({ name, status, detail }) => ({ name, status, detail })),
        }),
    }),
    makeRoute({
      method: 'GET',
      path: '/metrics',
      access: { kind: 'metrics' },
      operational: true,
      docs: {
        summary:
          'Prometheus metrics; for callers with METRICS_TOKEN, without one for callers on this machine',
        answers: {
          200: { what: 'Text in the format of Prometheus.' },
          401: failureDocs.noToken,
          403: failureDocs.badToken,
        },
      },
      read: () => E.right(undefined),
      run: () => async () => E.right(await metricsText()),
      present: ({ contentType, body }) => textAnswer(200, contentType, body),
    }),
  ];
};
