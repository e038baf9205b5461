import { providers, type Provider } from '../../domain/channel.ts';
import { codec, members, type Codec } from './codecs.ts';

/** The state's name on each channel; a channel that is not named keeps `fallback`. */
export const botStates = (fallback: string): Codec<Readonly<Record<Provider, string>>> =>
  codec('whatsapp:state,facebook:state', (value) => {
    const states: Record<Provider, string> = { whatsapp: fallback, facebook: fallback };
    for (const member of members(value)) {
      const colon = member.indexOf(':');
      const provider = providers.find((name) => name === member.slice(0, Math.max(colon, 0)).trim());
      const state = member.slice(colon + 1).trim();
      if (provider === undefined || state === '') return undefined;
      states[provider] = state;
    }
    return states;
  });
