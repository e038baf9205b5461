import { createHmac } from 'node:crypto';
import { JsonPoster, type Reply } from '../http/post-json.ts';
import { Feed } from '../support/feed.ts';
import type { Account, Provider } from './account.ts';
import type { Registration } from './integrations.ts';
import { facebookBody, type Saying, whatsAppBody } from './webhook-bodies.ts';

/** How webhooks are signed: the header's value is the secret itself, or the body's HMAC under it. */
export interface Signature {
  readonly secret: string;
  readonly mode?: 'equal' | 'hmac-sha256';
}

/** A webhook that was sent, and what the service answered. */
export interface SentWebhook {
  readonly at: number;
  readonly provider: Provider;
  readonly url: string;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface PhoneOptions {
  readonly account: Account;
  readonly mediaUrl: string;
  readonly registrations: ReadonlyMap<Provider, Registration>;
  readonly signature: Signature | undefined;
}

/** Media that the media host has: give `url` for anything else. */
export interface MediaSaying {
  readonly provider: Provider;
  readonly userId: string;
  readonly kind?: 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker';
  readonly url?: string;
  readonly caption?: string;
  readonly mimeType?: string;
  readonly id?: string;
  readonly timestamp?: number;
}

const samples = {
  image: ['photo.jpg', 'image/jpeg'],
  sticker: ['sticker.webp', 'image/webp'],
  audio: ['sound.wav', 'audio/wav'],
  voice: ['voice.ogg', 'audio/ogg; codecs=opus'],
  video: ['clip.mp4', 'video/mp4'],
  document: ['receipt.pdf', 'application/pdf'],
} as const;

/**
 * Customers' phones and the bot, as the service meets them: the webhooks that their messages cause. They go to the
 * service named by `connectTo`, else to the webhook that was registered for the provider.
 */
export class Phone {
  readonly sent = new Feed<SentWebhook>('sent webhooks');
  /** May be changed at any time. */
  signature: Signature | undefined;
  readonly #options: PhoneOptions;
  readonly #poster = new JsonPoster();
  #serviceUrl: string | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.signature = options.signature;
  }

  connectTo(serviceUrl: string): void {
    this.#serviceUrl = serviceUrl.replace(/\/+$/u, '');
  }

  say(provider: Provider, saying: Saying): Promise<SentWebhook> {
    const bot = this.#options.account.bots[provider];
    return this.sendRaw(provider, provider === 'whatsapp' ? whatsAppBody(saying) : facebookBody(bot, saying));
  }

  sendText(provider: Provider, userId: string, text: string, id?: string): Promise<SentWebhook> {
    return this.say(provider, { userId, text, ...(id === undefined ? {} : { id }) });
  }

  botSays(provider: Provider, userId: string, text: string, id?: string): Promise<SentWebhook> {
    return this.say(provider, { userId, text, from: 'bot', ...(id === undefined ? {} : { id }) });
  }

  sendMedia({
    provider,
    kind = 'image',
    url,
    mimeType,
    caption,
    ...rest
  }: MediaSaying): Promise<SentWebhook> {
    const [name, sampleType] = samples[kind];
    return this.say(provider, {
      ...rest,
      media: {
        kind,
        url: url ?? `${this.#options.mediaUrl}/media/${name}`,
        mimeType: mimeType ?? sampleType,
        ...(caption === undefined ? {} : { caption }),
      },
    });
  }

  /** Any body; a text goes out as it is. */
  async sendRaw(provider: Provider, body: unknown): Promise<SentWebhook> {
    return this.#post(provider, typeof body === 'string' ? body : JSON.stringify(body));
  }

  /** The platform's retry: the same bytes once more. */
  resend(sent: SentWebhook): Promise<SentWebhook> {
    return this.#post(sent.provider, sent.body);
  }

  close(): void {
    this.#poster.close();
    this.sent.close();
  }

  async #post(provider: Provider, body: string): Promise<SentWebhook> {
    const url = this.#target(provider);
    const reply: Reply = await this.#poster.post(url, body, { headers: this.#signed(body) });
    const sent = { at: Date.now(), provider, url, body, status: reply.status, answer: reply.body };
    this.sent.push(sent);
    return sent;
  }

  #target(provider: Provider): string {
    if (this.#serviceUrl !== undefined) return `${this.#serviceUrl}/v1/integrations/${provider}/webhook`;
    const registered = this.#options.registrations.get(provider)?.webhook;
    if (registered === undefined)
      throw new Error(`no service is connected and no ${provider} webhook registered`);
    return registered;
  }

  #signed(body: string): Record<string, string> {
    if (this.signature === undefined) return {};
    const { secret, mode = 'equal' } = this.signature;
    const value =
      mode === 'equal' ? secret : `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return { 'x-yalochat-signature': value };
  }
}
