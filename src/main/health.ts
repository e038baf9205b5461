import type { InjectionToken } from 'tsyringe';
import type { HealthReport } from '../adapters/http/options.ts';
import type { Workers, WorkersHealth } from '../application/make-application.ts';
import { E } from '../domain/fp.ts';
import { tokens } from './tokens.ts';

interface Health {
  readonly report: () => Promise<HealthReport>;
  /** Brings those metrics up to date that are states, not events. */
  readonly gauge: () => Promise<void>;
}

/** Longest wait for the store's answer, ms: the route answers for itself after 2 s, without a line for anything. */
const storeTimeoutMs = 1_500;

/**
 * Ready: the store takes writes and the heartbeat is written. A remote in trouble is told, and no reason to send webhooks
 * elsewhere: they must go on being stored.
 */
export const makeHealth = ({
  get,
  workers,
}: {
  readonly get: <T>(token: InjectionToken<T>) => T;
  readonly workers: Workers;
}): Health => {
  const clock = get(tokens.clock);
  const metrics = get(tokens.metrics);
  const { chatStore, tryWrite } = get(tokens.stores);
  const salesforce = get(tokens.salesforce);

  /** The lanes know how theirs are; of Salesforce's data API the adapter does. */
  const remotes = (): WorkersHealth['remotes'] => {
    const { login, calls } = salesforce.health();
    return [
      ...workers.health().remotes,
      { name: 'salesforce login', up: login },
      { name: 'salesforce data api', up: calls },
    ];
  };

  const storeWrites = (): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(storeTimeoutMs, () => resolve(false));
      void tryWrite()
        .then(
          (answer) => resolve(E.isRight(answer)),
          () => resolve(false),
        )
        .finally(cancel);
    });

  return {
    report: async () => {
      const store = await storeWrites();
      const { beating } = workers.health();
      return {
        ready: store && beating,
        dependencies: [
          { name: 'store', status: store ? 'up' : 'down' },
          { name: 'workers', status: beating ? 'up' : 'down' },
          ...remotes().map(({ name, up }) => ({
            name,
            status: up ? ('up' as const) : ('degraded' as const),
          })),
        ],
      };
    },
    gauge: async () => {
      const { owned, queues } = workers.health();
      metrics.gauge('owned_conversations', owned);
      for (const [lane, count] of Object.entries(queues)) metrics.gauge('lane_queue', count, { lane });
      for (const { name, up } of remotes()) metrics.gauge('remote_up', up ? 1 : 0, { remote: name });
      const [chats, setAside] = await Promise.all([chatStore.countByState()(), chatStore.countSetAside()()]);
      if (E.isRight(chats)) {
        for (const [state, count] of Object.entries(chats.right)) metrics.gauge('chats', count, { state });
      }
      if (E.isRight(setAside)) metrics.gauge('set_aside', setAside.right);
    },
  };
};
