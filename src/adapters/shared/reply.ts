import { unzipSync } from 'node:zlib';
import { errors, type Dispatcher } from 'undici';
import { E, type Either } from '../../domain/fp.ts';
import type { Connection } from './connections.ts';
import { beforeConnection, onKeptSocket } from './failures.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer that has begun. */
export interface Begun {
  readonly status: number;
  readonly headers: Headers;
  /** Left: why it could not be read. */
  readonly text: Either<unknown, string>;
}

/** No answer has begun. */
export interface Broken {
  readonly cause: unknown;
  readonly when?: typeof beforeConnection | typeof onKeptSocket | undefined;
}

export type Outcome = Either<Broken, Begun>;

/** A body too long, or not of the compression it claims. */
export class Unreadable extends Error {}

/** One answer as it comes. A class, and little in it: ten thousand of them may wait. */
export class Reply implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #connection: Connection;
  readonly #ended: (outcome: Outcome, isWhole: boolean) => void;
  #hasEnded = false;
  #isSent = false;
  #status = 0;
  #headers: Headers | undefined;
  #chunks: Buffer[] | undefined;
  #size = 0;

  /** `ended` is called once; unless the answer `isWhole` the connection is of no use any more. */
  constructor(maxBytes: number, connection: Connection, ended: (outcome: Outcome, isWhole: boolean) => void) {
    this.#maxBytes = maxBytes;
    this.#connection = connection;
    this.#ended = ended;
  }

  callOff(reason: unknown): void {
    this.#endWith(E.left(reason));
  }

  onRequestStart(): void {
    this.#isSent = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    // what comes before the answer is none
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.#endWith(E.left(new Unreadable()));
    else (this.#chunks ??= []).push(chunk);
  }

  onResponseEnd(): void {
    this.#endWith(unpacked(this.#chunks ?? [], this.#headers, this.#maxBytes), true);
  }

  onResponseError(_controller: unknown, error: Error): void {
    const onKept = this.#connection.isKept ? onKeptSocket : undefined;
    this.#endWith(E.left(error), false, this.#isSent || isImpossible(error) ? onKept : beforeConnection);
  }

  #endWith(text: Begun['text'], isWhole = false, when?: Broken['when']): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const begun = { status: this.#status, headers: this.#headers ?? {}, text };
    const hasBegun = this.#status !== 0 || E.isRight(text);
    this.#ended(hasBegun ? E.right(begun) : E.left({ cause: text.left, when }), isWhole);
  }
}

/** Nothing compressed was asked for; some proxies pack all the same. */
const unpacked = (
  chunks: ReadonlyArray<Buffer>,
  headers: Headers | undefined,
  maxBytes: number,
): Begun['text'] => {
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const encoding = headers?.['content-encoding'] ?? 'identity';
  if (body.length === 0 || encoding === 'identity') return E.right(body.toString());
  try {
    return E.right(unzipSync(body, { maxOutputLength: maxBytes }).toString());
  } catch {
    return E.left(new Unreadable());
  }
};

/** No such request can be made. */
export const isImpossible = (cause: unknown): boolean =>
  cause instanceof TypeError || cause instanceof errors.InvalidArgumentError;
