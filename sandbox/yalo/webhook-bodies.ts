import { randomBytes } from 'node:crypto';
import type { Bot } from './account.ts';

/** Something that a customer, or the bot, says. */
export interface Saying {
  readonly userId: string;
  readonly text?: string;
  /** A file instead of a text; the caption belongs to it. */
  readonly media?: {
    readonly kind: 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker';
    readonly url: string;
    readonly mimeType: string;
    readonly caption?: string;
  };
  /** Made when absent. */
  readonly id?: string;
  /** ms since 1970; now when absent. */
  readonly timestamp?: number;
  readonly from?: 'user' | 'bot';
}

/** Shape: the user's document, "WhatsApp Webhook". A message of the bot has `to` instead of `from`. */
export const whatsAppBody = (saying: Saying): object => {
  const { text, media } = saying;
  return {
    ...(saying.from === 'bot' ? { to: saying.userId } : { from: saying.userId }),
    id: saying.id ?? whatsAppId(),
    ...(media === undefined
      ? { text: { body: text ?? '' } }
      : { [media.kind]: { caption: media.caption ?? '', mimeType: media.mimeType, url: media.url } }),
    timestamp: String(saying.timestamp ?? Date.now()),
    type: media?.kind ?? 'text',
  };
};

const attachmentTypes = {
  image: 'image',
  sticker: 'image',
  audio: 'audio',
  voice: 'audio',
  video: 'video',
  document: 'file',
} as const;

/** Shape: the user's document, "Facebook Webhook", the passthrough channel. */
export const facebookBody = (bot: Bot, saying: Saying): object => {
  const { userId, text, media, from } = saying;
  const timestamp = saying.timestamp ?? Date.now();
  const isBot = from === 'bot';
  const page = { id: bot.botId };
  const user = { id: userId };
  const content =
    media === undefined ? undefined : { payload: { url: media.url }, type: attachmentTypes[media.kind] };
  const says = media?.caption ?? text;
  return {
    authorRole: isBot ? 'bot' : 'user',
    botId: bot.slug,
    message: {
      entry: [
        {
          id: bot.botId,
          messaging: [
            {
              message: {
                mid: saying.id ?? `m_${randomBytes(48).toString('base64url')}`,
                ...(content === undefined ? {} : { attachments: [content] }),
                ...(says === undefined ? {} : { text: says }),
                ...(isBot ? { is_echo: true } : {}),
              },
              recipient: isBot ? user : page,
              sender: isBot ? page : user,
              timestamp,
            },
          ],
          time: timestamp + 279,
        },
      ],
      object: 'page',
    },
    msgTracking: {},
    provider: 'facebook',
    timestamp: timestamp + 279,
  };
};

const whatsAppId = (): string => `ABGH${randomBytes(18).toString('base64url')}`;
