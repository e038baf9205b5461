/** Why the database cannot be used, at start: `message` is one line for the operator, without the connection string. */
export class MongoOpenError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MongoOpenError';
  }
}
