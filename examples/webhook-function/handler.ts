import { makeIngestMessages, noProbe, type ChatStore, type ContextStore } from 'relevo';
import { absentPorts } from 'relevo/adapters/absent';
import { makeReadFacebook, makeReadWhatsApp } from 'relevo/adapters/webhooks';

export interface HandlerDeps {
  readonly contextStore: ContextStore;
  readonly chatStore: Pick<ChatStore, 'wake'>;
}

const json = (status: number, body: unknown): Response => Response.json(body, { status });

/** Longest body taken, in characters. */
const bodyMax = 256 * 1024;

/**
 * Takes the webhooks of WhatsApp and Facebook, and nothing else: no worker, no desk, no connection of its own. What is
 * answered 200 is in the store; the processes that deliver share that store, and whichever keeps the user's chat is woken.
 */
export const makeHandler = ({
  contextStore,
  chatStore,
}: HandlerDeps): ((request: Request) => Promise<Response>) => {
  const ingest = makeIngestMessages({
    contexts: contextStore,
    keepers: { wake: (user) => chatStore.wake(user)() },
    metrics: absentPorts.metrics,
    probe: noProbe,
  });
  const readers = new Map([
    ['/whatsapp', makeReadWhatsApp(new Set(['status', 'notification-status']))],
    ['/facebook', makeReadFacebook(Date.now)],
  ]);

  return async (request) => {
    const read = readers.get(new URL(request.url).pathname);
    if (read === undefined) return json(404, { error: 'no such webhook' });
    if (request.method !== 'POST') return json(405, { error: 'only POST' });
    const body = await bodyOf(request);
    if (body === undefined) return json(400, { error: 'no JSON, or too long' });
    const reading = read(body);
    if (reading._tag === 'Left') return json(400, { error: reading.left._tag });
    if (reading.right._tag === 'Skipped') return json(200, { skipped: reading.right.type });
    const { messages } = reading.right;
    // 503 makes the sender try again; what was stored already is recognised then
    const stored = await ingest(messages)();
    return stored._tag === 'Left'
      ? json(503, { error: 'not stored' })
      : json(200, { stored: messages.length });
  };
};

const bodyOf = async (request: Request): Promise<unknown> => {
  try {
    const text = await request.text();
    return text.length > bodyMax ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
};
