import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import type { HttpError } from './errors.ts';
import type { Route } from './route.ts';

interface Answered {
  /** `undefined`: no route took it. */
  readonly route: Route | undefined;
  readonly id: string;
  readonly status: number;
  readonly ms: number;
  readonly error: HttpError | undefined;
  /** Of the client. */
  readonly address?: () => string;
}

/** Whoever was not let in: operators want to know from where. */
const notLetIn: ReadonlySet<number> = new Set([401, 403, 429]);

/** Log lines and metrics of requests. Routes are named by their pattern: paths and queries hold people and tokens. */
export interface Report {
  readonly answered: (request: Answered) => void;
  readonly gone: (route: Route, id: string) => void;
  /** An answer could not be written. */
  readonly broken: (id: string, cause: unknown) => void;
  /** Hands what was counted to the metrics. */
  readonly flush: () => void;
}

/** Where a request was counted. */
interface Place {
  readonly method: string;
  readonly path: string;
}

const nowhere: Place = { method: '-', path: 'unknown' };

/** What the log may tell about an error beyond its tag. */
const detailOf = (error: HttpError): object => {
  if ('detail' in error) return { detail: error.detail };
  if (error._tag === 'PayloadInvalid') return { fields: error.failures };
  return error._tag === 'ConnectStepFailed' ? { step: error.step, why: error.why } : {};
};

export const makeReport = ({
  log,
  metrics,
  accessLog,
}: {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly accessLog: boolean;
}): Report => {
  /** Counted here and handed over now and then: a look-up by labels for each request costs more than the request's own work. */
  const counts = new Map<Place, Map<number, number>>();
  const labels = new Map<Place, { readonly route: string; readonly method: string }>();

  const labelsOf = (place: Place): { readonly route: string; readonly method: string } => {
    let known = labels.get(place);
    if (known === undefined) labels.set(place, (known = { route: place.path, method: place.method }));
    return known;
  };

  const count = (place: Place, status: number): void => {
    let statuses = counts.get(place);
    if (statuses === undefined) counts.set(place, (statuses = new Map<number, number>()));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };

  return {
    answered: ({ route, id, status, ms, error, address }) => {
      count(route ?? nowhere, status);
      if (route !== undefined) metrics.observe('http_request_seconds', ms / 1000, labelsOf(route));
      if (error === undefined && !accessLog) return;
      const { method, path } = route ?? nowhere;
      const fields = { requestId: id, method, route: path, status, ms: Math.round(ms * 10) / 10 };
      if (error === undefined) log.debug('http-request', fields);
      else {
        const from = address !== undefined && notLetIn.has(status) ? { address: address() } : {};
        const more = { ...fields, error: error._tag, ...detailOf(error), ...from };
        if (error._tag === 'Unexpected') log.error('http-request-failed', more);
        else if (status >= 500) log.warn('http-request-failed', more);
        else log.info('http-request-refused', more);
      }
    },
    gone: (route, id) => {
      count(route, 499);
      log.info('http-client-gone', { requestId: id, method: route.method, route: route.path });
    },
    broken: (id, cause) => {
      log.error('http-answer-not-written', {
        requestId: id,
        detail: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      });
    },
    flush: () => {
      for (const [place, statuses] of counts) {
        for (const [status, n] of statuses) {
          metrics.count('http_requests_total', { ...labelsOf(place), status: String(status) }, n);
        }
      }
      counts.clear();
    },
  };
};
