import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Ids } from '../../application/ports/ids.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';

/** What `/health/ready` tells. A remote in trouble is `degraded`, and no reason not to be ready. */
export interface HealthReport {
  readonly ready: boolean;
  readonly dependencies: ReadonlyArray<{
    readonly name: string;
    readonly status: 'up' | 'degraded' | 'down';
    /** One safe line: it is shown to everybody. */
    readonly detail?: string;
  }>;
}

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The client's address is taken from `X-Forwarded-For`. */
  readonly trustProxy: boolean;
  /** The member `client` of context entries. */
  readonly client: string;
  /** Absent: the webhooks are open. */
  readonly webhookSignature?: { readonly mode: 'equal' | 'hmac-sha256'; readonly secret: string };
  /** Types of WhatsApp messages that are skipped, compared exactly. */
  readonly ignoreMessageTypes: ReadonlySet<string>;
  /** Absent: `/metrics` answers on loopback only. */
  readonly metricsToken?: string;
  /** A debug line for every request that went well; those that failed are logged anyway. */
  readonly accessLog?: boolean;
  readonly limits?: Partial<HttpLimits>;
}

/** Times in ms. */
export interface HttpLimits {
  /** Requests being worked on; beyond it they are answered 503. `/health/*` and `/metrics` do not count. */
  readonly maxInFlight: number;
  /** Beyond it new connections are dropped. */
  readonly maxConnections: number;
  /** Bytes of bodies that are not complete yet, over all connections; beyond it 503. */
  readonly maxBufferedBytes: number;
  /** A body that is not complete after so long: 408. */
  readonly bodyMs: number;
  /** A webhook that is not stored after so long: 503. */
  readonly storeMs: number;
  /** An unfinished head; looked at three times in that span. */
  readonly headersMs: number;
  /** A longer head is 431. */
  readonly maxHeaderBytes: number;
  /** An idle connection; longer than the 60 s that load balancers keep theirs. */
  readonly keepAliveMs: number;
  /** A connection without any traffic in either direction, a request being worked on included. */
  readonly silentMs: number;
}

export const defaultLimits: HttpLimits = {
  maxInFlight: 4096,
  maxConnections: 10_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  bodyMs: 10_000,
  storeMs: 5_000,
  headersMs: 15_000,
  maxHeaderBytes: 16 * 1024,
  keepAliveMs: 65_000,
  silentMs: 300_000,
};

/** Largest body taken. */
export const maxBodyBytes = 256 * 1024;

export interface HttpServerDeps {
  readonly application: Application;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: () => Promise<HealthReport>;
  /** Prometheus text. */
  readonly metricsText: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** For request ids. */
  readonly ids: Pick<Ids, 'random'>;
  readonly clock: Clock;
  /** Runs a request with its id at hand for whatever logs inside (AsyncLocalStorage, say). */
  readonly withRequestId?: <A>(requestId: string, run: () => A) => A;
  readonly options: HttpOptions;
}
