/** Botrunner as the bot's flow engine. */
export { makeBotrunner, type BotrunnerOptions } from './bot-flow.adapter.ts';
