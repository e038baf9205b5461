import { randomUUID } from 'node:crypto';
import { type Answer, type Call, Refusal } from '../../http/call.ts';
import { envelope, notUnderstood, ok } from './answers.ts';
import type { ChatServer } from './server.ts';

/** Calls without a session: only the version header is needed (protocol notes §2). */
export const availability = (server: ChatServer, call: Call): Answer =>
  here(server, call, () => {
    const needsTime = call.query.get('Availability.needEstimatedWaitTime') === '1';
    const results = idsOf(call, 'Availability.ids').map((id) => result(server, id, needsTime));
    return envelope('Availability', { results });
  });

export const settings = (server: ChatServer, call: Call): Answer =>
  here(server, call, () => {
    const needsTime = call.query.get('Settings.needEstimatedWaitTime') === '1';
    return envelope('Settings', {
      pingRate: 50_000,
      contentServerUrl: 'https://content.example.com/content',
      buttons: idsOf(call, 'Settings.buttonIds').map((id) => ({
        ...result(server, id, needsTime),
        type: 'Standard',
        language: 'es',
      })),
    });
  });

export const visitorId = (server: ChatServer, call: Call): Answer =>
  here(server, call, () => ({ status: 200, body: { sessionId: randomUUID() } }));

export const breadcrumb = (server: ChatServer): Answer => switched(server) ?? ok;

/** `isAvailable` is left out when it is false. */
const result = (server: ChatServer, id: string, needsTime: boolean): object => ({
  id,
  ...(server.isAvailable(id) ? { isAvailable: true } : {}),
  ...(needsTime ? { estimatedWaitTime: server.buttons.get(id)?.estimatedWaitTime ?? -1 } : {}),
});

/** Ids come as `[id1,id2]` or `id1,id2`. */
const idsOf = (call: Call, name: string): string[] => {
  const ids = (call.query.get(name) ?? '')
    .replace(/^\[|\]$/gu, '')
    .split(',')
    .filter(Boolean);
  if (ids.length === 0 || ids.length > 100) throw new Refusal(notUnderstood(`${name} is required`));
  return ids;
};

const here = (server: ChatServer, call: Call, answer: () => Answer): Answer => {
  const { organizationId, deploymentId } = server.org;
  if (call.query.get('org_id') !== organizationId || call.query.get('deployment_id') !== deploymentId) {
    return notUnderstood('org_id and deployment_id are not known here');
  }
  return switched(server) ?? answer();
};

/** A pod that does not serve this org names the one that does. */
const switched = ({ settings: { switchServer: newUrl } }: ChatServer): Answer | undefined =>
  newUrl === undefined ? undefined : envelope('SwitchServer', { newUrl });
