/** What is sent back, ready to be written; the request's id is added then. */
export interface Answer {
  readonly status: number;
  /** Names and values by turns, as `writeHead` takes them. */
  readonly headers: ReadonlyArray<string>;
  /** A text: Node sends it together with the head, in one write. */
  readonly body: string;
}

/** Answers are data for programs, about people: no sniffing, no caching on the way. */
const always = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-store'] as const;

export const textAnswer = (
  status: number,
  contentType: string,
  text: string,
  headers: ReadonlyArray<string> = [],
): Answer => ({
  status,
  body: text,
  headers: [
    'Content-Type',
    contentType,
    'Content-Length',
    String(Buffer.byteLength(text)),
    ...always,
    ...headers,
  ],
});

export const jsonAnswer = (status: number, value: unknown, headers?: ReadonlyArray<string>): Answer =>
  textAnswer(status, 'application/json', JSON.stringify(value), headers);

export const message = (text: string): Answer => jsonAnswer(200, { Message: text });

/** Exactly one member, with nothing internal in it (http-api.md §1). */
export const failure = (status: number, description: string, headers?: ReadonlyArray<string>): Answer =>
  jsonAnswer(status, { ErrorDescription: description }, headers);

/** Whole seconds, one at least. */
export const retryAfter = (ms: number): ReadonlyArray<string> => [
  'Retry-After',
  String(Math.max(1, Math.ceil(ms / 1000))),
];
