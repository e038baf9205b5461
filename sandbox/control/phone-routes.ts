import { isHeader, type Route } from '../http/call.ts';
import type { Reply } from '../http/post-json.ts';
import { isObject, type JsonObject } from '../support/json.ts';
import type { Provider } from '../yalo/account.ts';
import type { SandboxYalo } from '../yalo/index.ts';
import { locationBody } from './location-body.ts';
import type { MediaSaying, SentWebhook } from '../yalo/phone.ts';
import { get, newest, optionalText, post, refuse, text } from './json-routes.ts';
import type { Customer, ServiceClient } from './service-client.ts';

type Kind = NonNullable<MediaSaying['kind']>;

const kinds: ReadonlyArray<Kind> = ['image', 'audio', 'voice', 'video', 'document', 'sticker'];

const largestUpload = 10 * 1024 * 1024;

const providerOf = (value: unknown): Provider =>
  value === 'whatsapp' || value === 'facebook' ? value : refuse(400, 'provider is whatsapp or facebook');

/** The service is out of reach, or nobody connected it. */
const fromService = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    return refuse(
      502,
      `the service did not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** What customers' phones, the bot and Yalo's platform say to the service. */
export const phoneRoutes = (yalo: SandboxYalo, service: ServiceClient): ReadonlyArray<Route> => [
  get('phone/sent', (call) => newest(call, yalo.phone.sent.list())),
  post('phone/text', (body) => {
    const { provider, userId } = speaker(body);
    const id = optionalText(body, 'id');
    return fromService(yalo.phone.sendText(provider, userId, text(body, 'text'), id));
  }),
  post('phone/bot', (body) => {
    const { provider, userId } = speaker(body);
    return fromService(yalo.phone.botSays(provider, userId, text(body, 'text')));
  }),
  post('phone/media', (body) => fromService(yalo.phone.sendMedia(mediaOf(body, undefined)))),
  post('phone/upload', (body) => fromService(yalo.phone.sendMedia(mediaOf(body, uploaded(yalo, body))))),
  post('phone/location', (body) => {
    const { provider, userId } = speaker(body);
    const location = locationBody(yalo.account.bots[provider], userId);
    return fromService(yalo.phone.sendRaw(provider, location));
  }),
  post('phone/raw', (body) => fromService(yalo.phone.sendRaw(providerOf(body.provider), body.body))),
  post('phone/resend', (body) => fromService(yalo.phone.resend(lastWith(yalo, text(body, 'id'))))),
  post('phone/connect', (body) => answered(service.connect(customerOf(body)))),
  post('phone/finish', (body) => {
    const { provider, userId } = speaker(body);
    return answered(service.finish(provider, userId));
  }),
];

/** The service's answer as data: a refusal of it is no failure of the control API. */
const answered = async (work: Promise<Reply>): Promise<object> => {
  const { status, body } = await fromService(work);
  return { status, answer: body };
};

const speaker = (body: JsonObject): { readonly provider: Provider; readonly userId: string } => ({
  provider: providerOf(body.provider),
  userId: text(body, 'userId'),
});

interface Uploaded {
  readonly url: string;
  readonly mimeType: string;
}

const mediaOf = (body: JsonObject, upload: Uploaded | undefined): MediaSaying => {
  const kind = kindOf(body, upload?.mimeType);
  const [caption, url] = [optionalText(body, 'caption'), optionalText(body, 'url')];
  return {
    ...speaker(body),
    kind,
    ...(caption === undefined ? {} : { caption }),
    ...(url === undefined ? {} : { url }),
    ...upload,
  };
};

const kindOf = (body: JsonObject, mimeType: string | undefined): Kind => {
  const named = optionalText(body, 'kind');
  if (named !== undefined) {
    return kinds.find((kind) => kind === named) ?? refuse(400, `kind is one of ${kinds.join(', ')}`);
  }
  if (mimeType === undefined) return 'image';
  const type = mimeType.split('/', 1)[0];
  return kinds.find((kind) => kind === type) ?? 'document';
};

/** `fileName`, `mimeType`, and the bytes as base64 in `data`. */
const uploaded = (yalo: SandboxYalo, body: JsonObject): Uploaded => {
  const bytes = Buffer.from(text(body, 'data'), 'base64');
  if (bytes.length > largestUpload) return refuse(413, `a file has ${largestUpload} bytes at most`);
  const mimeType = optionalText(body, 'mimeType') ?? 'application/octet-stream';
  if (!isHeader('Content-Type', mimeType)) return refuse(400, 'mimeType must be a media type');
  const name = yalo.uploads.add(text(body, 'fileName'), { mimeType, bytes });
  return { url: `${yalo.mediaUrl}/uploads/${name}`, mimeType };
};

/** The webhook in whose body that message id stands. */
const lastWith = ({ phone }: SandboxYalo, id: string): SentWebhook =>
  phone.sent.list(({ body }) => body.includes(JSON.stringify(id))).at(-1) ??
  refuse(404, 'no webhook with that message id was sent');

const customerOf = (body: JsonObject): Customer => {
  const [name, email, phoneNumber] = ['name', 'email', 'phoneNumber'].map((field) =>
    optionalText(body, field),
  );
  const { extraData } = body;
  if (extraData !== undefined && !isObject(extraData)) return refuse(400, 'extraData must be an object');
  return {
    ...speaker(body),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
    ...(extraData === undefined ? {} : { extraData }),
  };
};
