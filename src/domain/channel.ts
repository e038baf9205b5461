/** The channels people write on. One deployment serves one bot of each. */
export type Provider = 'whatsapp' | 'facebook';

export const providers: ReadonlyArray<Provider> = ['whatsapp', 'facebook'];

/** A person on a channel: phone number without `+` on WhatsApp, page-scoped id on Facebook. Compared exactly. */
export interface User {
  readonly provider: Provider;
  readonly id: string;
}

/** `whatsapp|5215…`: the key of everything kept about a user. */
export type UserKey = string;

export const userKey = (user: User): UserKey => `${user.provider}|${user.id}`;

export const userOf = (key: UserKey): User => {
  const bar = key.indexOf('|');
  return { provider: key.slice(0, bar) as Provider, id: key.slice(bar + 1) };
};

/** A leading `+` is how some senders write a phone number; it is no part of the identity (WhatsApp only). */
export const makeUser = (provider: Provider, id: string): User => ({
  provider,
  id: provider === 'whatsapp' && id.startsWith('+') ? id.slice(1) : id,
});

/** Longest text of one message, in UTF-16 units (WhatsApp Cloud API; Messenger Send API). */
export const channelTextMax: Record<Provider, number> = { whatsapp: 4096, facebook: 2000 };
