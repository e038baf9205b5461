export type Provider = 'whatsapp' | 'facebook';

export const providers: ReadonlyArray<Provider> = ['whatsapp', 'facebook'];

export interface Bot {
  readonly provider: Provider;
  /** The segment of the path that names the channel. */
  readonly channel: string;
  readonly botId: string;
  readonly jwt: string;
  readonly phone: string;
  readonly slug: string;
}

/** The customer's account at Yalo. All of it is invented. */
export interface Account {
  readonly bots: Readonly<Record<Provider, Bot>>;
  readonly mediaToken: string;
  readonly botrunnerToken: string;
  readonly studioToken: string;
}

export const sampleAccount: Account = {
  bots: {
    whatsapp: {
      provider: 'whatsapp',
      channel: 'outgoing_webhook',
      botId: 'sandbox-whatsapp-bot',
      jwt: 'sandbox-whatsapp-bot-token',
      phone: '+5215500000001',
      slug: 'sandbox-whatsapp',
    },
    facebook: {
      provider: 'facebook',
      channel: 'passthrough',
      botId: 'sandbox-facebook-bot',
      jwt: 'sandbox-facebook-bot-token',
      phone: '+5215500000002',
      slug: 'sandbox-facebook',
    },
  },
  mediaToken: 'sandbox-media-token',
  botrunnerToken: 'sandbox-botrunner-token',
  studioToken: 'sandbox-studio-token',
};
