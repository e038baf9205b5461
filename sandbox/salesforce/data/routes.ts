import { type Answer, type Call, header, jsonBody, mediaType, type Route } from '../../http/call.ts';
import { makeRouter, type Unrouted } from '../../http/router.ts';
import type { Tokens } from '../tokens.ts';
import { serveComposite } from './composite.ts';
import { notFound, notParsed, problem, refuse, wrongMethod } from './problems.ts';
import type { Records } from './records.ts';
import { type DataCall, dataResources, type Resource } from './resources.ts';

export interface DataApi {
  readonly records: Records;
  readonly tokens: Tokens;
}

/** `/services/data/vNN.0`: each call is checked for its token, then its version, then its media type and JSON. */
export const dataRoutes = ({ records, tokens }: DataApi): ReadonlyArray<Route> => {
  const resources = dataResources(records);
  const router = makeRouter(resources);
  const composite = (path: string): Resource => ({
    method: 'POST',
    path,
    serve: (call) => serveComposite(records, router, call),
  });
  return [...resources, composite('/composite'), composite('/composite/')].map(({ method, path, serve }) => ({
    method,
    path: `/services/data/:version${path}`,
    handle: (call: Call): Answer => {
      checkToken(tokens, call);
      return serve(dataCall(call));
    },
  }));
};

const checkToken = (tokens: Tokens, call: Call): void => {
  const token = /^(?:Bearer|OAuth) (?<token>\S+)$/u.exec(header(call, 'authorization') ?? '')?.groups?.token;
  if (token !== undefined && tokens.isGood(token)) return;
  refuse({ status: 401, errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' });
};

const dataCall = (call: Call): DataCall => {
  const { version = '', ...params } = call.params;
  if (!/^v[1-9]\d\.0$/u.test(version)) refuse(notFound);
  return {
    root: `/services/data/${version}`,
    params,
    query: call.query,
    body: call.method === 'POST' ? posted(call) : undefined,
  };
};

const posted = (call: Call): unknown => {
  if (mediaType(call) !== 'application/json') {
    refuse({
      status: 415,
      errorCode: 'UNSUPPORTED_MEDIA_TYPE',
      message: `Content type ${mediaType(call)} is not supported here`,
    });
  }
  return jsonBody(call) ?? refuse(notParsed('The body is no JSON'));
};

export const dataUnrouted: Unrouted = (call, methods) =>
  problem(methods.length === 0 ? notFound : wrongMethod(call.method, methods));
