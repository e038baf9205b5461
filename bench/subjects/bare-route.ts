import { createServer, type Request, type Response, type ServerOptions } from 'restify';
import { makeBodies } from '../../src/adapters/http/body.ts';
import { defaultLimits } from '../../src/adapters/http/options.ts';
import { makeSystemClock } from '../../src/adapters/system/clock.ts';

/**
 * What `ingest` is compared with: the same Restify with the same body reader, that parses the body and answers from
 * `setImmediate`, without storing or logging. `BEFORE_ROUTER`: round router and handler chain, as the service's webhooks go.
 */
const nothing = (): void => undefined;
const log = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
} as unknown as NonNullable<ServerOptions['log']>;

const body = JSON.stringify({ Message: 'insert success' });
const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body))];

const bodies = makeBodies(makeSystemClock(), defaultLimits);

const answer = async (req: Request, res: Response): Promise<void> => {
  const raw = await bodies.read(req);
  if (typeof raw === 'string') return;
  JSON.parse(raw.toString());
  await new Promise(setImmediate);
  res.writeHead(200, headers);
  res.end(body);
};

const path = '/v1/integrations/whatsapp/webhook';
const server = createServer({ name: '', log });
server.server.keepAliveTimeout = defaultLimits.keepAliveMs;
if (process.env.BEFORE_ROUTER === 'true') {
  (server as unknown as { first: (take: (req: Request, res: Response) => boolean) => void }).first(
    (req, res) => {
      if (req.url !== path) return true;
      void answer(req, res);
      return false;
    },
  );
}
server.post(path, answer);
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
