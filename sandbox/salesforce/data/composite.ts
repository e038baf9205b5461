import { type Answer, Refusal } from '../../http/call.ts';
import type { Router } from '../../http/router.ts';
import { isObject, type JsonObject } from '../../support/json.ts';
import { notFound, notParsed, problem, refuse, wrongMethod } from './problems.ts';
import type { Records } from './records.ts';
import { resolveAll, resolveText } from './references.ts';
import type { DataCall, Resource } from './resources.ts';

/** REST API Developer Guide, "Composite": sub-requests in a call, and queries among them. */
const maxRequests = 25;
const maxQueries = 5;

interface SubRequest {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body: unknown;
}

interface Composite {
  readonly allOrNone: boolean;
  readonly requests: ReadonlyArray<SubRequest>;
}

interface Outcome {
  readonly referenceId: string;
  readonly answer: Answer;
}

/** POST /composite: 400 for a body that is wrong as a whole, else 200 whatever became of its sub-requests. */
export const serveComposite = (
  records: Records,
  router: Router<Resource>,
  { root, body }: DataCall,
): Answer => {
  const { allOrNone, requests } = readComposite(root, body);
  const run = (): ReadonlyArray<Outcome> => runAll(router, root, { allOrNone, requests });
  const outcomes = allOrNone
    ? records.atomically(run, (all) => all.every(({ answer }) => succeeded(answer)))
    : run();
  return {
    status: 200,
    body: {
      compositeResponse: outcomes.map(({ referenceId, answer }) => ({
        body: answer.body ?? null,
        httpHeaders: answer.headers ?? {},
        httpStatusCode: answer.status,
        referenceId,
      })),
    },
  };
};

const succeeded = ({ status }: Answer): boolean => status < 300;

/** In order, since a later one may refer to an earlier one; with all or none the first failure is the last that runs. */
const runAll = (router: Router<Resource>, root: string, { allOrNone, requests }: Composite): Outcome[] => {
  const outcomes: Outcome[] = [];
  const answers = new Map<string, unknown>();
  for (const request of requests) {
    const answer = runOne(router, root, { request, answers });
    outcomes.push({ referenceId: request.referenceId, answer });
    if (succeeded(answer)) answers.set(request.referenceId, answer.body);
    else if (allOrNone) return allHalted(requests, { referenceId: request.referenceId, answer });
  }
  return outcomes;
};

const allHalted = (requests: ReadonlyArray<SubRequest>, failed: Outcome): Outcome[] =>
  requests.map(({ referenceId }) =>
    referenceId === failed.referenceId ? failed : { referenceId, answer: rolledBack },
  );

const rolledBack = problem({
  errorCode: 'PROCESSING_HALTED',
  message: 'The transaction was rolled back since another operation in the same transaction failed.',
});

const runOne = (
  router: Router<Resource>,
  root: string,
  { request, answers }: { readonly request: SubRequest; readonly answers: ReadonlyMap<string, unknown> },
): Answer => {
  try {
    const url = resolveText(request.url, answers);
    const [path = '', query = ''] = cutAt(url.slice(root.length), '?');
    const found = router(request.method, path);
    if (!('route' in found)) {
      return refuse(found.methods.length === 0 ? notFound : wrongMethod(request.method, found.methods));
    }
    return found.route.serve({
      root,
      params: found.params,
      query: new URLSearchParams(query),
      body: resolveAll(request.body, answers),
    });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
};

const cutAt = (text: string, mark: string): [string, string] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

const readComposite = (root: string, body: unknown): Composite => {
  const { allOrNone, compositeRequest } = members(body, [
    'allOrNone',
    'collateSubrequests',
    'compositeRequest',
  ]);
  if (!Array.isArray(compositeRequest) || compositeRequest.length === 0) {
    return refuse(notParsed('compositeRequest must be a list of sub-requests'));
  }
  const requests = compositeRequest.map((item: unknown) => readRequest(root, item));
  const references = requests.map(({ referenceId }) => referenceId);
  const twice = references.find((id, index) => references.indexOf(id) !== index);
  if (twice !== undefined) return invalid(`Duplicate ReferenceId provided (${twice})`);
  if (requests.length > maxRequests)
    return invalid(`At most ${maxRequests} sub-requests are allowed in a composite`);
  const queries = requests.filter(({ url }) => /^\/query(?:[/?]|$)/u.test(url.slice(root.length)));
  if (queries.length > maxQueries) return invalid(`At most ${maxQueries} queries are allowed in a composite`);
  return { allOrNone: allOrNone === true, requests };
};

const invalid = (message: string): never => refuse({ errorCode: 'INVALID_INPUT', message });

const flags = ['allOrNone', 'collateSubrequests'];

/** An object with these members and no others. */
const members = (value: unknown, names: ReadonlyArray<string>): JsonObject => {
  if (!isObject(value)) return refuse(notParsed('Cannot deserialize: an object was expected'));
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) return refuse(notParsed(`Unrecognized field '${unknown}'`));
  const wrong = flags.find((name) => value[name] !== undefined && typeof value[name] !== 'boolean');
  return wrong === undefined ? value : refuse(notParsed(`${wrong} must be true or false`));
};

const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

const readRequest = (root: string, item: unknown): SubRequest => {
  const { method, url, referenceId, body } = members(item, [
    'method',
    'url',
    'referenceId',
    'body',
    'httpHeaders',
  ]);
  if (typeof method !== 'string' || !methods.includes(method)) {
    return refuse(notParsed(`method must be one of ${methods.join(', ')}`));
  }
  if (typeof referenceId !== 'string' || !/^[A-Za-z0-9]\w*$/u.test(referenceId)) {
    return invalid(
      "Provided referenceId must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').",
    );
  }
  if (typeof url !== 'string' || !url.startsWith(`${root}/`)) {
    return invalid(`The url of ${referenceId} must begin with ${root}/`);
  }
  return { method, url, referenceId, body };
};
