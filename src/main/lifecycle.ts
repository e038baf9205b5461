import type { DependencyContainer } from 'tsyringe';
import type { Stores } from '../adapters/shared/stores.ts';
import { deadline } from '../application/deadline.ts';
import { tokens } from './tokens.ts';

export interface Service {
  /** Where it listens, `http://127.0.0.1:8080`. */
  readonly url: string;
  /** relay.md §4.9: takes no more, finishes what is in flight within the time, hands over, closes. May be called again. */
  readonly stop: () => Promise<void>;
}

/** Of the time to stop so much is for requests under way (a connect may take long); the rest is for what is being sent. */
const requestsShare = 0.6;

/** Nothing else is made before the stores can be used. */
const ready = async (stores: Stores): Promise<void> => {
  try {
    await stores.ready?.();
  } catch (thrown) {
    await stores.close();
    throw thrown;
  }
};

/**
 * Starts in the order of need, and stops in the other: whatever is opened here is closed here. The first heartbeat is
 * written before the first request is taken.
 */
export const startService = async (container: DependencyContainer): Promise<Service> => {
  const config = container.resolve(tokens.config);
  const stores = container.resolve(tokens.stores);
  await ready(stores);
  const { workers } = container.resolve(tokens.made);
  const http = container.resolve(tokens.http);
  const clock = container.resolve(tokens.clock);

  const closeAll = async (): Promise<void> => {
    container.resolve(tokens.calls).close();
    container.resolve(tokens.relay).close();
    container.resolve(tokens.polls).close();
    await stores.close();
  };

  try {
    await workers.start();
    const { url } = await http.listen();
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      const until = clock.monotonic() + config.timeouts.shutdownMs;
      const left = (): number => Math.max(0, until - clock.monotonic());
      const halt = deadline(clock, config.timeouts.shutdownMs * requestsShare);
      await http.close(halt.signal);
      halt.release();
      await workers.stop(left());
      await closeAll();
    };
    return { url, stop: () => (stopped ??= stop()) };
  } catch (thrown) {
    await workers.stop(0);
    await closeAll();
    throw thrown;
  }
};
