import { randomUUID } from 'node:crypto';
import type { Bot } from '../yalo/account.ts';

const place = { latitude: 19.4326, longitude: -99.1332, name: 'Zócalo', address: 'Ciudad de México' };

/** A customer shares a place. Shapes: WhatsApp's Cloud API, and Messenger's attachments. */
export const locationBody = (bot: Bot, userId: string): object =>
  bot.provider === 'whatsapp' ? onWhatsApp(userId) : onFacebook(bot, userId);

const onWhatsApp = (userId: string): object => ({
  from: userId,
  id: `ABGH${randomUUID()}`,
  location: place,
  timestamp: String(Date.now()),
  type: 'location',
});

const onFacebook = ({ botId, slug }: Bot, userId: string): object => {
  const timestamp = Date.now();
  const coordinates = { lat: place.latitude, long: place.longitude };
  const message = {
    mid: `m_${randomUUID()}`,
    attachments: [{ type: 'location', title: place.name, payload: { coordinates } }],
  };
  const messaging = [{ sender: { id: userId }, recipient: { id: botId }, timestamp, message }];
  return {
    authorRole: 'user',
    botId: slug,
    message: { object: 'page', entry: [{ id: botId, time: timestamp, messaging }] },
    msgTracking: {},
    provider: 'facebook',
    timestamp,
  };
};
