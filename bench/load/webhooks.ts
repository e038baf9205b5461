import { createHmac, randomBytes } from 'node:crypto';

const webhookPath = '/v1/integrations/whatsapp/webhook';

export interface Webhook {
  readonly user: string;
  readonly id: string;
  readonly text: string;
}

export const webhookBody = ({ user, id, text }: Webhook): string =>
  JSON.stringify({ from: user, id, text: { body: text }, timestamp: String(Date.now()), type: 'text' });

export const signatureOf = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');

/** A whole HTTP request, to be written as it is. The body must be ASCII. */
export const httpRequest = (body: string, headers = ''): string =>
  `POST ${webhookPath} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n` +
  `${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

export const userOf = (index: number): string => `52155${String(10_000_000 + index)}`;

/** Of all runs against one subject, no two messages have the same id. */
export const runId = (): string => randomBytes(6).toString('hex');

export interface WebhookSource {
  /** The next message as a whole HTTP request: always a new id, users by turns. */
  readonly next: () => string;
}

export const makeWebhooks = (users: number, secret?: string): WebhookSource => {
  const run = runId();
  let made = 0;
  return {
    next: () => {
      made += 1;
      const text = `Hola, quiero saber de mi pedido ${made}`;
      // a stride that is prime to any round number of users: neighbours are not each other's
      const body = webhookBody({ user: userOf((made * 7919) % users), id: `${run}-${made}`, text });
      const signature =
        secret === undefined ? '' : `x-yalochat-signature: sha256=${signatureOf(secret, body)}\r\n`;
      return httpRequest(body, signature);
    },
  };
};
