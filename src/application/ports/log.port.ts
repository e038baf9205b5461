/** Fields are plain data; texts of users, phone numbers and secrets are masked by the adapter, not by the caller's luck. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
}
