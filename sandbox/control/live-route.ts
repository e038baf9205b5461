import { Readable } from 'node:stream';
import type { Route } from '../http/call.ts';
import { get, refuse } from './json-routes.ts';
import type { Live, LiveState } from './live.ts';

const maxListeners = 50;
const maxUnread = 8 * 1024 * 1024;
const aliveMs = 15_000;

/**
 * GET /control/events, server-sent events: `state` with everything, then `changes`. A client that does not read is cut
 * off; it begins anew with a `state`. GET /control/state: the same once, as JSON.
 */
export const liveRoutes = (live: Live): ReadonlyArray<Route> => {
  let open = 0;
  return [
    get('state', () => live.snapshot()),
    {
      method: 'GET',
      path: '/control/events',
      handle: (call) => {
        if (open >= maxListeners) return refuse(503, 'too many pages listen');
        open += 1;
        const body = stream(live, () => {
          open -= 1;
        });
        call.onGone(() => body.destroy());
        return {
          status: 200,
          headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
          body,
        };
      },
    },
  ];
};

const stream = (live: Live, onClose: () => void): Readable => {
  const out = new Readable({ read: () => undefined });
  const write = (text: string): void => {
    if (out.readableLength > maxUnread) out.destroy();
    else out.push(text);
  };
  const say = (event: string, state: LiveState): void =>
    write(`event: ${event}\ndata: ${JSON.stringify(state)}\n\n`);
  const unsubscribe = live.subscribe((changes) => say('changes', changes));
  const alive = setInterval(() => write(': still here\n\n'), aliveMs);
  out.once('close', () => {
    clearInterval(alive);
    unsubscribe();
    onClose();
  });
  out.push('retry: 1000\n\n');
  say('state', live.snapshot());
  return out;
};
