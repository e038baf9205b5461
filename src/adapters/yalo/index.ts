/** Yalo's Integrations API as the channel to users. */
export { makeYaloChannel, type YaloOptions } from './bot-channel.adapter.ts';
export type { YaloBot, YaloRequest } from './api.ts';
