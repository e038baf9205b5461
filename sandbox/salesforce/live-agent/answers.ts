import type { Answer } from '../../http/call.ts';

const text = (status: number, body: string): Answer => ({ status, body });

/** The sentences are those seen on the wire (protocol notes §5 and §6). */
export const ok = text(200, 'OK');
export const nothingNew: Answer = { status: 204 };
export const sessionInvalid = text(403, 'Session required but was invalid or not found');
export const affinityInvalid = text(503, 'Invalid Affinity Token');
export const secondPollRefused = text(409, 'A Messages request is already waiting for this session');
export const outOfSync = (sent: number, last: number): Answer =>
  text(409, `Out of sync Ack. Expected ${sent}. Actual ${last}`);

export interface Detail {
  readonly property: string;
  readonly message: string;
}

export const notUnderstood = (message: string, details: ReadonlyArray<Detail> = []): Answer => ({
  status: 400,
  body: { message, details },
});

export const envelope = (type: string, message: unknown): Answer => ({
  status: 200,
  body: { messages: [{ type, message }] },
});
