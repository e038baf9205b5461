import { notice, post } from './api.js';
import { asComposer, atTheEnd, byId, clock, el, keyed, setText } from './dom.js';
import { findPerson, initials, invent, meet, peopleOn } from './people.js';
import { changed, onChange, store } from './store.js';

const largestFile = 10 * 1024 * 1024;

const talk = [
  ['customer', 'Hola'],
  ['bot', '¡Hola! Soy el asistente de la Tienda Ejemplo. ¿En qué te ayudo?'],
  ['customer', 'Mi pedido 4821 no ha llegado'],
  ['bot', 'Lo siento. Puedo pasarte con una persona.'],
];

/** What was sent and not answered yet; it is shown pale. */
const underWay = new Map();
const chosen = { provider: 'whatsapp', userId: { whatsapp: '5215550001001', facebook: '6199190013480001' } };
let sent = 0;
let shownUser;

const person = () => findPerson(chosen.provider, chosen.userId[chosen.provider]);
const speaker = () => ({ provider: person().provider, userId: person().userId });

const isMine = (line) =>
  line.userId === person().userId && (line.provider === undefined || line.provider === person().provider);

/** Posts, and shows it at once. */
const send = async (path, body, look) => {
  sent += 1;
  const key = `sending-${sent}`;
  underWay.set(key, { key, at: Date.now(), ...speaker(), from: 'customer', waiting: true, ...look });
  changed();
  await post(path, { ...speaker(), ...body });
  underWay.delete(key);
  changed();
};

const say = (text, from = 'customer') =>
  send(from === 'bot' ? 'phone/bot' : 'phone/text', { text }, { text, from });

const base64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',', 2)[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

const takeCaption = () => {
  const field = byId('phone-text');
  const caption = field.value.trim();
  field.value = '';
  return caption === '' ? {} : { caption };
};

const sendFile = async (file) => {
  if (file.size === 0 || file.size > largestFile)
    return void notice('A file has 1 byte at least and 10 MiB at most');
  const caption = takeCaption();
  const body = {
    fileName: file.name,
    mimeType: file.type || 'application/octet-stream',
    data: await base64(file),
  };
  await send('phone/upload', { ...body, ...caption }, { text: `${file.name} …` });
};

const attach = (kind) => {
  if (kind === 'file') byId('file').click();
  else if (kind === 'location') void send('phone/location', {}, { text: 'Location …' });
  else void send('phone/media', { kind, ...takeCaption() }, { text: `${kind} …` });
};

const askForHuman = async () => {
  const form = byId('request-form');
  if (!form.reportValidity()) return;
  const { flow, ...fields } = Object.fromEntries(new FormData(form));
  const button = byId('ask-human');
  button.disabled = true;
  await post('phone/connect', {
    ...speaker(),
    ...fields,
    ...(flow === '' ? {} : { extraData: { source_flow_bot: flow } }),
  });
  button.disabled = false;
};

/** The page's own address of a picture that the media host has. */
const pictureOf = ({ kind, url }) => {
  const path = URL.parse(url)?.pathname ?? '';
  return ['image', 'sticker'].includes(kind) && /^\/(?:media|uploads)\/[^/]+$/u.test(path)
    ? `/pictures${path}`
    : undefined;
};

const drawMedia = (media) => {
  const picture = pictureOf(media);
  const name = media.url.split('/').at(-1) ?? '';
  if (picture === undefined) return el('span', { class: 'file' }, `${media.kind}: ${name}`);
  const image = el('img', { src: picture, alt: `${media.kind} sent in the chat`, class: 'picture' });
  image.addEventListener('error', () =>
    image.replaceWith(el('span', { class: 'file' }, `${media.kind}: ${name}`)),
  );
  image.addEventListener('load', () => {
    const log = byId('phone-log');
    log.scrollTop = log.scrollHeight;
  });
  return image;
};

const who = { customer: '', bot: 'Bot', service: 'Business' };

const draw = (node, line) => {
  const { from, text, media, status, at, waiting } = line;
  const failed = status !== undefined && (status === 0 || status >= 300);
  node.className = from === 'note' ? 'note' : `bubble ${from}`;
  node.classList.toggle('waiting', waiting === true);
  node.classList.toggle('failed', failed);
  const foot = from === 'note' ? '' : `${clock(at)}${failed ? ` · answered ${status}` : ''}`;
  const parts = [
    who[from] && el('span', { class: 'who' }, who[from]),
    media !== undefined && drawMedia(media),
    text !== undefined && el('span', { class: 'said' }, text),
    from !== 'note' && el('small', {}, waiting === true ? 'sending …' : foot),
  ];
  node.replaceChildren(...parts.filter(Boolean));
};

const drawPeople = () => {
  const select = byId('customer');
  keyed(select, peopleOn(chosen.provider), {
    key: ({ userId }) => `${chosen.provider} ${userId}`,
    create: ({ name, userId }) => el('option', { value: userId }, `${name} · ${userId}`),
  });
  select.value = person().userId;
};

const drawWho = () => {
  const { name, userId, provider, email, phoneNumber } = person();
  if (shownUser === `${provider} ${userId}`) return;
  shownUser = `${provider} ${userId}`;
  byId('phone').dataset.provider = provider;
  setText(byId('avatar'), initials(name));
  setText(byId('device-name'), name);
  setText(byId('device-id'), provider === 'whatsapp' ? `+${userId}` : userId);
  const form = byId('request-form');
  for (const [field, value] of Object.entries({ name, email, phoneNumber }))
    form.elements[field].value = value;
};

const render = () => {
  for (const { provider, userId } of store.phone.values()) if (provider !== undefined) meet(provider, userId);
  drawPeople();
  const jump = shownUser !== `${person().provider} ${person().userId}`;
  drawWho();
  const lines = [...store.phone.values(), ...underWay.values()]
    .filter(isMine)
    .sort((one, other) => one.at - other.at);
  const log = byId('phone-log');
  atTheEnd(
    log,
    () => keyed(log, lines, { key: ({ key }) => key, create: () => el('div'), update: draw }),
    jump,
  );
};

export const startPhone = () => {
  asComposer(byId('phone-form'), byId('phone-text'), (text) => void say(text, byId('speaker').value));
  for (const radio of document.querySelectorAll('input[name="provider"]')) {
    radio.addEventListener('change', () => {
      chosen.provider = radio.value;
      render();
    });
  }
  byId('customer').addEventListener('change', ({ currentTarget }) => {
    chosen.userId[chosen.provider] = currentTarget.value;
    render();
  });
  byId('new-customer').addEventListener('click', () => {
    chosen.userId[chosen.provider] = invent(chosen.provider).userId;
    render();
  });
  byId('attach').addEventListener('click', ({ target }) => {
    const kind = target.dataset.attach;
    if (kind === undefined) return;
    byId('attach').open = false;
    attach(kind);
  });
  byId('file').addEventListener('change', ({ currentTarget }) => {
    const [file] = currentTarget.files;
    currentTarget.value = '';
    if (file !== undefined) void sendFile(file);
  });
  byId('request-form').addEventListener('submit', (event) => event.preventDefault());
  byId('ask-human').addEventListener('click', () => void askForHuman());
  byId('finish').addEventListener('click', () => void post('phone/finish', speaker()));
  byId('sample').addEventListener('click', async () => {
    for (const [from, text] of talk) await say(text, from);
  });
  onChange(render);
};
