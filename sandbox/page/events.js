import { byId, el, keyed, preciseClock } from './dom.js';
import { changed, onChange, store } from './store.js';

const groups = {
  webhook: 'Webhooks',
  api: 'Calls to the service',
  salesforce: 'Salesforce',
  yalo: 'Yalo',
  desk: 'Desk events',
  bot: 'Bot states',
  quiet: 'Polls',
};

const short = {
  webhook: 'webhook',
  api: 'service',
  salesforce: 'Salesforce',
  yalo: 'Yalo',
  desk: 'desk',
  bot: 'bot',
};

const shownMost = 200;
const shown = new Set(Object.keys(groups).filter((group) => group !== 'quiet'));
let paused;
let clearedAt = 0;

const isShown = ({ group, quiet, at }) =>
  at > clearedAt && shown.has(group) && (quiet !== true || shown.has('quiet'));

const outcome = ({ status }) => {
  if (status === undefined) return { text: '', word: 'none' };
  if (status === 0) return { text: 'no answer', word: 'bad' };
  return { text: String(status), word: status < 300 ? 'good' : status < 400 ? 'none' : 'bad' };
};

const draw = (node, line) => {
  const { text, word } = outcome(line);
  const parts = [
    el('time', {}, preciseClock(line.at)),
    el('span', { class: 'group', 'data-group': line.group }, short[line.group]),
    el('span', { class: 'title' }, line.title),
    line.fault === true && el('span', { class: 'mark' }, 'fault'),
    el('span', { class: 'status', 'data-word': word }, text),
    el('span', { class: 'took' }, line.tookMs === undefined ? '' : `${line.tookMs} ms`),
  ].filter(Boolean);
  const summary = el('summary', {}, ...parts);
  node.replaceChildren(summary, el('pre', {}, line.detail ?? 'Nothing more is known.'));
  node.classList.toggle('wrong', line.wrong === true);
};

const render = () => {
  const lines = paused ?? Array.from(store.events.values());
  const newest = lines
    .filter(isShown)
    .sort((one, other) => other.at - one.at)
    .slice(0, shownMost);
  keyed(byId('event-list'), newest, {
    key: ({ key }) => key,
    create: () => el('details', { class: 'event' }),
    update: draw,
  });
};

const filterOf = ([group, title]) => {
  const box = el('input', {
    type: 'checkbox',
    checked: shown.has(group),
    onchange: () => {
      if (box.checked) shown.add(group);
      else shown.delete(group);
      render();
    },
  });
  return el('label', {}, box, title);
};

export const startEvents = () => {
  byId('filters').append(...Object.entries(groups).map(filterOf));
  byId('pause').addEventListener('click', ({ currentTarget }) => {
    paused = paused === undefined ? Array.from(store.events.values()) : undefined;
    currentTarget.setAttribute('aria-pressed', String(paused !== undefined));
    render();
  });
  byId('clear').addEventListener('click', () => {
    clearedAt = Date.now();
    changed();
  });
  onChange(render);
};
