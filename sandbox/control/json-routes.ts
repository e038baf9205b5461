import { type Answer, type Call, jsonBody, mediaType, Refusal, type Route } from '../http/call.ts';
import { isObject, type JsonObject } from '../support/json.ts';

/** Routes of the control API: JSON in, JSON out, `{"error"}` on every failure. */

export const refuse = (status: number, error: string): never => {
  throw new Refusal({ status, body: { error } });
};

const answered = (value: unknown): Answer =>
  value === undefined ? { status: 204 } : { status: 200, body: value as object };

type Result = object | undefined | Promise<object | undefined>;

/** What a method of the sandbox throws (no such chat, no such trigger) is the caller's mistake. */
const carryOut = async (work: () => Result): Promise<Answer> => {
  try {
    return answered(await work());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse(400, error instanceof Error ? error.message : String(error));
  }
};

export const get = (path: string, handle: (call: Call) => Result): Route => ({
  method: 'GET',
  path: `/control/${path}`,
  handle: (call) => carryOut(() => handle(call)),
});

/** A body must be JSON by its media type: a page of another origin cannot send that unasked. */
export const post = (path: string, handle: (body: JsonObject, call: Call) => Result): Route => ({
  method: 'POST',
  path: `/control/${path}`,
  handle: (call) => {
    if (mediaType(call) !== 'application/json') return refuse(415, 'the media type must be application/json');
    const body = jsonBody(call);
    return isObject(body) ? carryOut(() => handle(body, call)) : refuse(400, 'the body is no JSON object');
  },
});

export const remove = (path: string, handle: (call: Call) => Result): Route => ({
  method: 'DELETE',
  path: `/control/${path}`,
  handle: (call) => carryOut(() => handle(call)),
});

export const text = (body: JsonObject, name: string): string => {
  const value = body[name];
  return typeof value === 'string' && value !== '' ? value : refuse(400, `${name} must be a text`);
};

export const optionalText = (body: JsonObject, name: string): string | undefined =>
  body[name] === undefined || body[name] === '' ? undefined : text(body, name);

export const number = (body: JsonObject, name: string): number => {
  const value = body[name];
  return typeof value === 'number' ? value : refuse(400, `${name} must be a number`);
};

export const param = (call: Call, name: string): string => call.params[name] ?? '';

/** The newest `limit` (1,000 when absent) of a list. */
export const newest = <T>(call: Call, items: ReadonlyArray<T>): ReadonlyArray<T> =>
  items.slice(-Math.min(Number(call.query.get('limit') ?? 1_000), 20_000));
