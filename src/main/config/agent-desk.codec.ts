import { E } from '../../domain/fp.ts';
import { codecOf, type Codec } from './codecs.ts';

/** AGENT_DESK. The second desk of the plan is refused by its name, so that nobody looks for a typing error. */
export const agentDesk: Codec<'live-agent'> = codecOf('live-agent', (value) => {
  const desk = value.trim().toLowerCase();
  if (desk === 'live-agent') return E.right(desk);
  return E.left(
    desk === 'enhanced-chat' ? 'live-agent: enhanced-chat is not available in this version' : 'live-agent',
  );
});
