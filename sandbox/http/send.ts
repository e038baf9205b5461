import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Answer } from './call.ts';

/** Writes an answer; a text without a Content-Type of its own is plain text, an object is JSON. */
export const send = (response: ServerResponse, { status, headers = {}, body }: Answer): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (body === undefined || status === 204) {
    response.end();
  } else if (body instanceof Readable) {
    body.on('error', () => response.destroy());
    response.on('close', () => body.destroy());
    body.pipe(response);
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain;charset=utf-8');
    response.end(body);
  } else {
    if (!response.hasHeader('Content-Type'))
      response.setHeader('Content-Type', 'application/json;charset=UTF-8');
    response.end(JSON.stringify(body));
  }
};
