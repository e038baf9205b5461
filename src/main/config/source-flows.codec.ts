import * as t from 'io-ts';
import { providers, type Provider } from '../../domain/channel.ts';
import { E } from '../../domain/fp.ts';
import type { FlowRoute, SourceFlow, SourceFlows } from '../../domain/source-flow.ts';
import { codecOf, type Codec } from './codecs.ts';
import { isRecord, parseJson } from './json.ts';
import { readFlowEntries } from './flow-entries.ts';

const expected =
  'flow={"subject": "…", "providers": {"whatsapp": {"button_id": "…", "owner_id": "…"}, "facebook": {…}}} entries ' +
  'separated by ";", or one JSON object of them by flow';

/** The earlier integration read member names without regard to case. */
const lowerCase = (value: unknown): unknown =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]))
    : value;

const route = t.exact(
  t.intersection([
    t.type({ button_id: t.string }),
    t.partial({ owner_id: t.union([t.string, t.null, t.undefined]) }),
  ]),
);

const flow = t.exact(
  t.intersection([
    t.type({ subject: t.string, providers: t.UnknownRecord }),
    t.partial({ desk: t.union([t.string, t.null, t.undefined]) }),
  ]),
);

/** A route with an empty button is none: manifests leave the channel they do not use like that. */
const readRoute = (value: unknown): E.Either<string, FlowRoute | undefined> => {
  if (value === null || value === undefined) return E.right(undefined);
  const decoded = route.decode(lowerCase(value));
  if (E.isLeft(decoded))
    return E.left('each provider needs a "button_id" and may have an "owner_id", both texts');
  const buttonId = decoded.right.button_id.trim();
  const ownerId = decoded.right.owner_id?.trim() ?? '';
  return E.right(buttonId === '' ? undefined : { buttonId, ...(ownerId === '' ? {} : { ownerId }) });
};

const readDesk = (desk: string | null | undefined): E.Either<string, string | undefined> => {
  if (desk === undefined || desk === null || desk.trim() === '') return E.right(undefined);
  if (desk.trim() === 'live-agent') return E.right('live-agent');
  return E.left(
    desk.trim() === 'enhanced-chat'
      ? '"desk" must be live-agent: enhanced-chat is not available in this version'
      : '"desk" must be live-agent',
  );
};

const readFlow = (value: unknown): E.Either<string, SourceFlow> => {
  const decoded = flow.decode(lowerCase(value));
  if (E.isLeft(decoded)) return E.left('"subject" must be a text and "providers" an object');
  const desk = readDesk(decoded.right.desk);
  if (E.isLeft(desk)) return desk;
  const given = lowerCase(decoded.right.providers) as Readonly<Record<string, unknown>>;
  if (Object.keys(given).some((name) => !providers.some((provider) => provider === name))) {
    return E.left('"providers" may name whatsapp and facebook');
  }
  const routes: Partial<Record<Provider, FlowRoute>> = {};
  for (const provider of providers) {
    const read = readRoute(given[provider]);
    if (E.isLeft(read)) return read;
    if (read.right !== undefined) routes[provider] = read.right;
  }
  if (Object.keys(routes).length === 0) return E.left('no provider has a "button_id"');
  const subject = decoded.right.subject.trim();
  if (subject === '') return E.left('"subject" is empty');
  return E.right({ subject, providers: routes, ...(desk.right === undefined ? {} : { desk: desk.right }) });
};

const entriesOf = (text: string): E.Either<string, ReadonlyArray<readonly [string, unknown]>> => {
  if (!text.trimStart().startsWith('{')) return readFlowEntries(text);
  const json = parseJson(text);
  return isRecord(json)
    ? E.right(Object.entries(json).map(([key, value]) => [key.trim(), value] as const))
    : E.left('it begins with { but is no JSON object');
};

/** SFC_SOURCE_FLOW_BOT, in both of its spellings. Says which flow is wrong, and shows none of its values. */
export const sourceFlows: Codec<SourceFlows> = codecOf(expected, (text) => {
  const entries = entriesOf(text);
  if (E.isLeft(entries)) return E.left(`${expected}; ${entries.left}`);
  const flows = new Map<string, SourceFlow>();
  const mistakes: string[] = [];
  for (const [key, value] of entries.right) {
    const read = readFlow(value);
    if (key === '') mistakes.push('a flow has no name');
    else if (flows.has(key)) mistakes.push(`flow "${key}" is there twice`);
    else if (E.isLeft(read)) mistakes.push(`flow "${key}": ${read.left}`);
    else flows.set(key, read.right);
  }
  if (flows.size === 0 && mistakes.length === 0) mistakes.push('no flow is there');
  return mistakes.length === 0 ? E.right(flows) : E.left(`${expected}; ${mistakes.join('; ')}`);
});
