/** Studio as the bot's flow engine. */
export { makeStudio, type StudioOptions } from './bot-flow.adapter.ts';
