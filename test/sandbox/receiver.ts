import type { ExecutionContext } from 'ava';
import { type RequestEntry, type Route } from '../../sandbox/http/call.ts';
import { RequestLog } from '../../sandbox/http/request-log.ts';
import { startStandIn } from '../../sandbox/http/stand-in.ts';

/** A service that takes every webhook, and remembers it. */
export const startReceiver = async (
  t: ExecutionContext<unknown>,
): Promise<{ url: string; received: () => ReadonlyArray<RequestEntry> }> => {
  const log = new RequestLog();
  const take = (path: string): Route => ({
    method: 'POST',
    path,
    handle: () => ({ status: 200, body: { Message: 'insert success' } }),
  });
  const server = await startStandIn({
    name: 'service',
    log,
    routes: [take('/v1/integrations/:provider/webhook'), take('/registered')],
  });
  t.teardown(() => server.stop());
  return { url: server.url, received: () => log.list() };
};
