import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Answer } from './call.ts';

type SentBody = string | Uint8Array | Readable | undefined;

/** Sets status and headers; a text without a Content-Type of its own is plain text, an object is JSON. */
const begin = (response: ServerResponse, { status, headers = {}, body }: Answer): SentBody => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (body === undefined || status === 204) return undefined;
  if (body instanceof Readable) return body;
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  if (!response.hasHeader('Content-Type')) {
    response.setHeader(
      'Content-Type',
      isText ? 'text/plain;charset=utf-8' : 'application/json;charset=UTF-8',
    );
  }
  return isText ? body : JSON.stringify(body);
};

export const send = (response: ServerResponse, answer: Answer): void => {
  const body = begin(response, answer);
  if (body instanceof Readable) {
    body.on('error', () => response.destroy());
    response.on('close', () => body.destroy());
    body.pipe(response);
  } else {
    response.end(body);
  }
};

/** Breaks off half-way through the body, or before the head where there is none. */
export const sendHalf = (response: ServerResponse, answer: Answer): void => {
  if (response.destroyed) return;
  const body = begin(response, answer);
  if (body instanceof Readable) body.destroy();
  const bytes = body === undefined || body instanceof Readable ? Buffer.alloc(0) : Buffer.from(body);
  if (bytes.length === 0) {
    response.destroy();
    return;
  }
  response.setHeader('Content-Length', bytes.length);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
};
