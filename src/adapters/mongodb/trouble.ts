import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { describe } from './client.ts';
import { DamagedDocument } from './documents.ts';

/** Each failure is counted; an outage is logged when it begins and when it is over, not with each call. */
export interface Trouble {
  readonly failed: (what: 'read' | 'write', cause: unknown) => StoreUnavailable;
  readonly damaged: (cause: DamagedDocument) => void;
  readonly answered: () => void;
  /** A bound of ours was met: the database was not asked. */
  readonly refused: (detail: string) => StoreUnavailable;
}

export const makeTrouble = (log: Log, metrics: Metrics): Trouble => {
  let isDown = false;

  const damaged = ({ message }: DamagedDocument): void => {
    log.error('store-document-damaged', { detail: message });
  };

  return {
    failed: (what, cause) => {
      metrics.count(`store_${what}_failures`);
      const failure = storeUnavailable(describe(cause));
      if (cause instanceof DamagedDocument) {
        damaged(cause);
        return failure;
      }
      if (!isDown) log.error('store-unavailable', { detail: failure.detail });
      isDown = true;
      return failure;
    },
    damaged,
    answered: () => {
      if (isDown) log.info('store-available');
      isDown = false;
    },
    refused: (detail) => {
      metrics.count('store_refused');
      return storeUnavailable(detail);
    },
  };
};
