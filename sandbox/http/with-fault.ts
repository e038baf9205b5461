import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './call.ts';
import type { FaultRule } from './faults.ts';

/** One request that is being served. */
export interface Exchange {
  /** What the server does without a fault. */
  readonly work: () => Promise<Answer>;
  readonly finish: (answer: Answer) => void;
  /** Cuts the connection. */
  readonly reset: () => void;
  /** Sends the head and half of the body, and cuts the connection then. */
  readonly cut: (answer: Answer) => void;
  readonly trigger: (name: string) => void;
}

const garbage: Answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"<html>' };

/** Serves a request as the rule wants it. */
export const serveWithFault = async (fault: FaultRule, exchange: Exchange): Promise<void> => {
  if (fault.delayMs !== undefined) await pause(fault.delayMs, undefined, { ref: false });
  switch (fault.kind) {
    case 'status':
      if (fault.afterCommit === true) await exchange.work();
      return exchange.finish({
        status: fault.status,
        headers: fault.headers ?? {},
        ...(fault.body === undefined ? {} : { body: fault.body }),
      });
    case 'reset-before':
      return exchange.reset();
    case 'reset-after':
      await exchange.work();
      return exchange.reset();
    case 'cut':
      return exchange.cut(await exchange.work());
    case 'garbage':
      await exchange.work();
      return exchange.finish(garbage);
    case 'hang':
      return;
    case 'trigger':
      exchange.trigger(fault.trigger);
      return exchange.finish(await exchange.work());
    case 'slow':
      return exchange.finish(await exchange.work());
  }
};
