import { isObject, isText, type JsonObject } from '../../support/json.ts';
import type { Org } from '../org.ts';
import type { Detail } from './answers.ts';

/** What is wrong with a ChasitorInit body (protocol notes §3); nothing when the list is empty. */
export const checkInit = (org: Org, sessionId: string, body: JsonObject): Detail[] => [
  ...['userAgent', 'language', 'screenResolution', 'visitorName'].flatMap((name) =>
    isText(body[name]) ? [] : [detail(name, 'may not be empty')],
  ),
  ...same(body, 'organizationId', org.organizationId),
  ...same(body, 'deploymentId', org.deploymentId),
  ...same(body, 'sessionId', sessionId),
  ...target(body),
  ...flag(body, 'receiveQueueUpdates'),
  ...flag(body, 'isPost'),
  ...each(body, 'prechatDetails', prechatDetail),
  ...each(body, 'prechatEntities', (entity, at) => prechatEntity(entity, at, labels(body))),
];

const detail = (property: string, message: string): Detail => ({ property, message });

const same = (body: JsonObject, name: string, wanted: string): Detail[] =>
  body[name] === wanted ? [] : [detail(name, 'is not known here')];

const flag = (body: JsonObject, name: string): Detail[] =>
  typeof body[name] === 'boolean' ? [] : [detail(name, 'must be true or false')];

const target = (body: JsonObject): Detail[] => {
  const { buttonId, buttonOverrides = [] } = body;
  if (!Array.isArray(buttonOverrides) || !buttonOverrides.every(isText)) {
    return [detail('buttonOverrides', 'must be a list of texts')];
  }
  if (buttonOverrides.length > 0) return [];
  const wellFormed = typeof buttonId === 'string' && /^573[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/u.test(buttonId);
  return wellFormed ? [] : [detail('buttonId', 'is no id of a button')];
};

const each = (
  body: JsonObject,
  name: string,
  check: (item: JsonObject, at: string) => Detail[],
): Detail[] => {
  const items = body[name];
  if (!Array.isArray(items)) return [detail(name, 'may not be null')];
  return items.flatMap((item: unknown, index) => {
    const at = `${name}[${index}]`;
    return isObject(item) ? check(item, at) : [detail(at, 'must be an object')];
  });
};

const prechatDetail = (item: JsonObject, at: string): Detail[] => [
  ...texts(item, at, ['label', 'value']),
  ...(isListOfTexts(item.transcriptFields) ? [] : [detail(`${at}.transcriptFields`, 'may not be null')]),
  ...optionalFlag(item, at, 'displayToAgent'),
];

const prechatEntity = (item: JsonObject, at: string, known: ReadonlySet<unknown>): Detail[] => [
  ...texts(item, at, ['entityName']),
  ...optionalFlag(item, at, 'showOnCreate'),
  ...each(item, 'entityFieldsMaps', (map, mapAt) => [
    ...texts(map, `${at}.${mapAt}`, ['fieldName', 'label']),
    ...['doFind', 'isExactMatch', 'doCreate'].flatMap((name) => optionalFlag(map, `${at}.${mapAt}`, name)),
    ...(known.has(map.label) ? [] : [detail(`${at}.${mapAt}.label`, 'matches no label of prechatDetails')]),
  ]),
];

const labels = (body: JsonObject): ReadonlySet<unknown> =>
  new Set(
    Array.isArray(body.prechatDetails)
      ? body.prechatDetails.map((item: unknown) => (isObject(item) ? item.label : undefined))
      : [],
  );

const texts = (item: JsonObject, at: string, names: ReadonlyArray<string>): Detail[] =>
  names.flatMap((name) => (isText(item[name]) ? [] : [detail(`${at}.${name}`, 'may not be empty')]));

const optionalFlag = (item: JsonObject, at: string, name: string): Detail[] =>
  item[name] === undefined || typeof item[name] === 'boolean'
    ? []
    : [detail(`${at}.${name}`, 'must be true or false')];

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
