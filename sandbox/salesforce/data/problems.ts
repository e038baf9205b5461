import { type Answer, Refusal } from '../../http/call.ts';

/** Every error of the data API is a list (REST API Developer Guide, "Status Codes and Error Responses"). */
export interface Problem {
  readonly status?: number;
  readonly errorCode: string;
  readonly message: string;
  readonly fields?: ReadonlyArray<string>;
}

export const problem = ({ status = 400, errorCode, message, fields }: Problem): Answer => ({
  status,
  body: [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }],
});

/** Ends the call, or the sub-request of a composite, with that error. */
export const refuse = (what: Problem): never => {
  throw new Refusal(problem(what));
};

/** As long as a message may quote it. */
export const quote = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

export const notFound: Problem = {
  status: 404,
  errorCode: 'NOT_FOUND',
  message: 'The requested resource does not exist',
};

export const notParsed = (message: string): Problem => ({ errorCode: 'JSON_PARSER_ERROR', message });

export const noSuchColumn = (name: string, object: string): Problem => ({
  errorCode: 'INVALID_FIELD',
  message: `No such column '${quote(name)}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
});

export const wrongMethod = (method: string, allowed: ReadonlyArray<string>): Problem => ({
  status: 405,
  errorCode: 'METHOD_NOT_ALLOWED',
  message: `HTTP Method '${method}' not allowed. Allowed are ${allowed.join(', ')}`,
});
