import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Call, header, isHeader, isStatus, Refusal, type Route } from '../http/call.ts';
import type { Account } from './account.ts';
import { type MediaFile, mediaFiles } from './media-files.ts';

/**
 * What customers send, by path: `/media/photo.jpg` (`photo.png`, `sticker.webp`, `voice.ogg`, `sound.wav`, `clip.mp4`,
 * `receipt.pdf`), `/media/any/name-you-like.jpg`; and what goes wrong with it: `/status/404`, `/slow/3000/photo.jpg`
 * (ms before the first byte), `/drip/200/photo.jpg` (ms between bytes), `/huge/30000000` (bytes, no Content-Length),
 * `/announced/30000000` (Content-Length says so), `/redirect?to=http://…`, `/untyped/photo.jpg` (no Content-Type),
 * `/cut/photo.jpg` (breaks off half-way).
 */
export const mediaRoutes = (uploads: ReadonlyMap<string, MediaFile>): ReadonlyArray<Route> => [
  get('/media/:name', (call) => served(fileOf(call))),
  get('/media/any/:name', (call) => served(fileOf(call) ?? likeIt(call.params.name ?? ''))),
  get('/uploads/:name', (call) => served(uploads.get(call.params.name ?? ''))),
  get('/status/:status', (call) => {
    const status = numberIn(call, 'status');
    return isStatus(status) ? { status, body: 'as asked for' } : badRequest;
  }),
  get('/slow/:ms/:name', async (call) => {
    await pause(numberIn(call, 'ms'), undefined, { ref: false });
    return served(fileOf(call));
  }),
  get('/drip/:ms/:name', (call) => dripped(fileOf(call), numberIn(call, 'ms'))),
  get('/huge/:bytes', (call) => huge(numberIn(call, 'bytes'), {})),
  get('/announced/:bytes', (call) => {
    const bytes = numberIn(call, 'bytes');
    return huge(bytes, { 'Content-Length': String(bytes) });
  }),
  get('/redirect', (call) => {
    const to = call.query.get('to') ?? '/';
    return isHeader('Location', to) ? { status: 302, headers: { Location: to } } : badRequest;
  }),
  get('/untyped/:name', (call) => {
    const file = fileOf(call);
    return file === undefined ? missing : { status: 200, headers: { 'Content-Type': '' }, body: file.bytes };
  }),
  get('/cut/:name', (call) => cutOff(fileOf(call))),
];

/** Where media of an account lies behind the Integrations API: only with the media token. */
export const proxiedMediaRoutes = (account: Account): ReadonlyArray<Route> => [
  get('/hooks-proxy/:provider/:slug/media/:name', (call) => {
    const allowed = header(call, 'authorization') === `Bearer ${account.mediaToken}`;
    return allowed ? served(fileOf(call)) : { status: 401, body: 'Unauthorized' };
  }),
];

const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });

const missing: Answer = { status: 404, body: 'Not Found' };
const badRequest: Answer = { status: 400, body: 'Bad Request' };

const numberIn = ({ params }: Call, name: string): number => {
  const text = params[name] ?? '';
  if (!/^\d{1,9}$/u.test(text)) throw new Refusal(badRequest);
  return Number(text);
};

const fileOf = ({ params }: Call): MediaFile | undefined => mediaFiles.get(params.name ?? '');

const likeIt = (name: string): MediaFile | undefined => {
  const ending = /\.[a-z0-9]+$/iu.exec(name)?.[0].toLowerCase() ?? '.jpg';
  return Array.from(mediaFiles).find(([known]) => known.endsWith(ending))?.[1];
};

const served = (file: MediaFile | undefined): Answer =>
  file === undefined
    ? missing
    : {
        status: 200,
        headers: { 'Content-Type': file.mimeType, 'Content-Length': String(file.bytes.length) },
        body: file.bytes,
      };

const dripped = (file: MediaFile | undefined, ms: number): Answer => {
  if (file === undefined) return missing;
  return {
    status: 200,
    headers: { 'Content-Type': file.mimeType },
    body: Readable.from(bytewise(file.bytes, ms)),
  };
};

async function* bytewise(bytes: Buffer, ms: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    yield bytes.subarray(at, at + 1);
    await pause(ms, undefined, { ref: false });
  }
}

const huge = (bytes: number, headers: Readonly<Record<string, string>>): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'image/jpeg', ...headers },
  body: Readable.from(zeros(bytes)),
});

function* zeros(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= chunk.length)
    yield chunk.subarray(0, Math.min(left, chunk.length));
}

const cutOff = (file: MediaFile | undefined): Answer => {
  if (file === undefined) return missing;
  const half = file.bytes.subarray(0, Math.ceil(file.bytes.length / 2));
  return {
    status: 200,
    headers: { 'Content-Type': file.mimeType, 'Content-Length': String(file.bytes.length) },
    body: Readable.from(breakingOff(half)),
  };
};

async function* breakingOff(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  await pause(20, undefined, { ref: false });
  throw new Error('broken off on purpose');
}
