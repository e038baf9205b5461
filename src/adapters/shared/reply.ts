import { unzipSync } from 'node:zlib';
import { errors, type Dispatcher } from 'undici';
import { E, type Either } from '../../domain/fp.ts';
import type { Connection } from './connections.ts';

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
  /** By whoever waited for it: `cause` is his reason. */
  readonly isCalledOff: boolean;
  /** False: not a word of the request. */
  readonly isSent: boolean;
  /** The connection had served a call before. */
  readonly isOnKept: boolean;
}

export type Outcome = Either<Broken, Begun>;

/** A body too long, or not of the compression it claims. */
class Unreadable extends Error {}

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
    this.#break(reason, true);
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
    if (this.#size > this.#maxBytes) this.#break(new Unreadable());
    else (this.#chunks ??= []).push(chunk);
  }

  onResponseEnd(): void {
    this.#end(E.right(this.#begun(unpacked(this.#chunks ?? [], this.#headers, this.#maxBytes))), true);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#break(error);
  }

  #begun(text: Begun['text']): Begun {
    return { status: this.#status, headers: this.#headers ?? {}, text };
  }

  #break(cause: unknown, isCalledOff = false): void {
    const isOnKept = this.#connection.isKept;
    this.#end(
      this.#status === 0
        ? E.left({ cause, isCalledOff, isSent: this.#isSent, isOnKept })
        : E.right(this.#begun(E.left(cause))),
      false,
    );
  }

  #end(outcome: Outcome, isWhole: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended(outcome, isWhole);
  }
}

const utf8 = new TextDecoder();

/** Nothing compressed was asked for; some proxies pack all the same. */
const unpacked = (
  chunks: ReadonlyArray<Buffer>,
  headers: Headers | undefined,
  maxBytes: number,
): Begun['text'] => {
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const encoding = headers?.['content-encoding'];
  if (body.length === 0 || !/^(?:(?:x-)?gzip|deflate)$/iu.test(String(encoding)))
    return E.right(utf8.decode(body));
  try {
    return E.right(utf8.decode(unzipSync(body, { maxOutputLength: maxBytes })));
  } catch {
    return E.left(new Unreadable());
  }
};

/** No such request can be made. */
export const isImpossible = (cause: unknown): boolean =>
  cause instanceof TypeError || cause instanceof errors.InvalidArgumentError;

/** Too long, not the compression it claims to be, or no HTTP at all; but one that ends too early is a broken connection. */
export const isUnreadable = (cause: unknown): boolean =>
  cause instanceof Unreadable ||
  cause instanceof errors.HeadersOverflowError ||
  (cause instanceof errors.HTTPParserError && !cause.message.includes('Invalid EOF state'));
