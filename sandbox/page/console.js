import { byId, el, keyed, setAttribute, setText } from './dom.js';
import { drawDesk, showChat } from './desk.js';
import { onChange, store } from './store.js';

const groups = [
  { title: 'Queue', states: ['requested', 'queued'] },
  { title: 'Active', states: ['established'] },
  { title: 'Over', states: ['ended', 'failed', 'expired'] },
];

const shownOver = 20;
/** The last line of each chat that was looked at. */
const seen = new Map();
let chosenId;
let chosenByHand = false;

const lastLine = ({ transcript }) => transcript.at(-1);

const isUnread = (chat) =>
  chat.id !== chosenId &&
  lastLine(chat)?.from === 'visitor' &&
  lastLine(chat).sequence > (seen.get(chat.id) ?? 0);

/** The newest that needs an agent, until somebody picks one. */
const choose = (chats) => {
  if (chosenByHand && store.chats.has(chosenId)) return;
  const open = chats.filter(
    ({ state }) => groups[0].states.includes(state) || groups[1].states.includes(state),
  );
  if (open.some(({ id }) => id === chosenId)) return;
  chosenId = open.at(-1)?.id ?? (store.chats.has(chosenId) ? chosenId : chats.at(-1)?.id);
};

const drawButton = (button, chat) => {
  const { visitorName, provider, state, queuePosition, agent, endReason } = chat;
  const preview = { requested: 'requested', queued: `waits, position ${queuePosition + 1}` }[state];
  const line = preview ?? lastLine(chat)?.text.trim() ?? '';
  setAttribute(button, 'aria-current', chat.id === chosenId ? 'true' : undefined);
  button.classList.toggle('unread', isUnread(chat));
  button.dataset.provider = provider ?? '';
  button.replaceChildren(
    el('span', { class: 'name' }, visitorName ?? 'nameless'),
    ...(isUnread(chat)
      ? [el('span', { class: 'dot' }, el('span', { class: 'unseen' }, 'new messages'))]
      : []),
    el('span', { class: 'channel' }, provider === 'facebook' ? 'Facebook' : 'WhatsApp'),
    el(
      'span',
      { class: 'preview' },
      ['ended', 'failed', 'expired'].includes(state) ? `${state}: ${endReason}` : line,
    ),
    ...(state === 'established' ? [el('span', { class: 'owner' }, agent ?? '')] : []),
  );
};

const makeButton = (chat) =>
  el('button', {
    type: 'button',
    class: 'chat',
    onclick: () => {
      chosenId = chat.id;
      chosenByHand = true;
      render();
    },
  });

const drawGroup = (section, { title, chats }) => {
  const [head, list] = section.children;
  setText(head, `${title} ${chats.length}`);
  // copies: which one is chosen may have changed although the chat did not
  keyed(
    list,
    chats.map((chat) => ({ ...chat })),
    { key: ({ id }) => id, create: makeButton, update: drawButton },
  );
  section.classList.toggle('empty', chats.length === 0);
};

const render = () => {
  const chats = Array.from(store.chats.values()).sort((one, other) => one.createdAt - other.createdAt);
  choose(chats);
  const chosen = store.chats.get(chosenId);
  if (chosen !== undefined) seen.set(chosenId, lastLine(chosen)?.sequence ?? 0);
  const filled = groups.map(({ title, states }) => {
    const mine = chats.filter(({ state }) => states.includes(state));
    return { title, chats: title === 'Over' ? mine.slice(-shownOver).reverse() : mine };
  });
  keyed(byId('chats'), filled, {
    key: ({ title }) => title,
    create: ({ title }) =>
      el('section', {}, el('h3', { 'data-group': title }), el('div', { class: 'chat-list' })),
    update: drawGroup,
  });
  setText(byId('counts'), `${filled[0].chats.length} waiting · ${filled[1].chats.length} active`);
  showChat(chosen);
};

export const startConsole = () => {
  drawDesk(byId('desk'), () => byId('agent').value.trim() || 'Andrea');
  onChange(render);
};
