import { chatAction } from './api.js';
import { drawCard } from './card.js';
import { asComposer, atTheEnd, clock, el, keyed, setAttribute, setText } from './dom.js';

/** The chat that the agent looks at. Its controls are made once, so that focus stays where it is. */

const typingMs = 2_500;
const parts = {};
let chat;
let shownId;
let typing;

const act = (action, body) => void (chat !== undefined && chatAction(chat.id, action, body));

const button = (text, onclick, props = {}) => el('button', { type: 'button', onclick, ...props }, text);

const stopTyping = (id) => {
  if (typing === undefined) return;
  clearTimeout(typing);
  typing = undefined;
  void chatAction(id, 'typing', { on: false });
};

const noticeTyping = () => {
  const { id } = chat;
  if (typing === undefined) act('typing', { on: true });
  clearTimeout(typing);
  typing = setTimeout(() => stopTyping(id), typingMs);
};

const inlineForm = (label, input, text, onsubmit) =>
  el(
    'form',
    {
      class: 'inline',
      onsubmit: (event) => {
        event.preventDefault();
        onsubmit();
      },
    },
    el('label', {}, label, input),
    el('button', { type: 'submit' }, text),
  );

const menu = () =>
  el(
    'details',
    { class: 'menu' },
    el('summary', {}, 'More'),
    el(
      'div',
      { class: 'menu-items' },
      button('Lose the agent’s connection', () => act('disconnect')),
      button('Failover of this chat', () => act('failover')),
      button('Kill the session', () => act('expire')),
      button('Block the contact', () => act('block', { blocked: true })),
      button('Unblock the contact', () => act('block', { blocked: false })),
    ),
  );

export const drawDesk = (desk, agentName) => {
  const position = el('input', { type: 'number', min: '0', max: '999', value: '2', class: 'narrow' });
  const colleague = el('input', { value: 'Beatriz', maxlength: '60', autocomplete: 'off' });
  parts.accept = button('Accept', () => act('accept', { name: agentName() }), { class: 'primary' });
  parts.decline = button('Decline', () => act('decline'));
  parts.position = inlineForm('Ahead ', position, 'Set', () =>
    act('position', { position: Number(position.value) }),
  );
  parts.transfer = inlineForm('To ', colleague, 'Transfer', () =>
    act('transfer', { name: colleague.value.trim() || 'Beatriz' }),
  );
  parts.end = button('End chat', () => act('end'), { class: 'danger' });
  parts.more = menu();
  parts.name = el('h3');
  parts.state = el('span', { class: 'state' });
  parts.log = el('div', { class: 'transcript', role: 'log', 'aria-label': 'Transcript', tabindex: '0' });
  parts.typing = el('p', { class: 'typing' });
  parts.field = el('textarea', { id: 'agent-text', rows: '1', placeholder: 'Answer' });
  const label = el('label', { class: 'unseen', for: 'agent-text' }, 'Answer');
  parts.send = el('button', { type: 'submit', class: 'primary' }, 'Send');
  parts.form = el('form', { class: 'composer' }, label, parts.field, parts.send);
  parts.card = el('aside', { class: 'card', 'aria-label': 'Case and contact', tabindex: '0' });
  parts.none = el('p', { class: 'nothing' }, 'No chat yet. Ask for a human on the phone, and it rings here.');
  const { accept, decline, position: place, transfer, end, more } = parts;
  const head = el(
    'div',
    { class: 'desk-head' },
    el('div', { class: 'desk-title' }, parts.name, parts.state),
    el('div', { class: 'desk-actions' }, accept, decline, place, transfer, end, more),
  );
  parts.talk = el('div', { class: 'desk-talk' }, head, parts.log, parts.typing, parts.form);
  parts.field.addEventListener('input', noticeTyping);
  asComposer(parts.form, parts.field, (text) => {
    stopTyping(chat.id);
    act('say', { text });
  });
  desk.append(parts.none, parts.talk, parts.card);
};

const drawLine = ({ from, name, text, at }) =>
  from === 'system'
    ? el('div', { class: 'line system' }, `Transferred to ${name}`)
    : el(
        'div',
        { class: `line ${from}` },
        el('span', { class: 'who' }, name, el('small', {}, clock(at))),
        el('span', { class: 'said' }, text.trimEnd()),
      );

const words = {
  requested: 'requested',
  queued: 'in the queue',
  established: 'active',
  ended: 'ended',
  failed: 'failed',
  expired: 'session dead',
};

const stateText = ({ state, agent, agentConnected, queuePosition, endReason }) => {
  if (state === 'queued') return `in the queue, ${queuePosition} ahead`;
  if (state === 'established')
    return agentConnected ? `active with ${agent}` : `${agent} lost the connection`;
  return endReason === undefined ? words[state] : `${words[state]}: ${endReason}`;
};

const show = (node, wanted) => setAttribute(node, 'hidden', !wanted);

/** @param {object | undefined} wanted the chat to look at */
export const showChat = (wanted) => {
  if (wanted === undefined || wanted.id !== shownId) parts.field.value = '';
  if (chat !== undefined && chat.id !== wanted?.id) stopTyping(chat.id);
  chat = wanted;
  show(parts.none, chat === undefined);
  show(parts.talk, chat !== undefined);
  show(parts.card, chat !== undefined);
  if (chat === undefined) return;
  const waits = chat.state === 'requested' || chat.state === 'queued';
  const active = chat.state === 'established';
  setText(parts.name, chat.visitorName ?? 'nameless');
  setText(parts.state, stateText(chat));
  parts.state.dataset.state = chat.state;
  setText(parts.accept, active ? 'Take over' : 'Accept');
  show(parts.accept, waits || (active && !chat.agentConnected));
  show(parts.decline, waits);
  show(parts.position, chat.state === 'queued');
  show(parts.transfer, active);
  show(parts.end, active || waits);
  show(parts.more, waits || active);
  parts.field.disabled = !active;
  parts.send.disabled = !active;
  parts.field.placeholder = active ? 'Answer' : waits ? 'Accept the chat to answer' : 'The chat is over';
  setText(parts.typing, chat.visitorTyping ? `${chat.visitorName} is typing …` : '');
  atTheEnd(
    parts.log,
    () =>
      keyed(parts.log, chat.transcript, {
        key: ({ sequence }) => `${chat.id} ${sequence}`,
        create: drawLine,
      }),
    shownId !== chat.id,
  );
  drawCard(parts.card, chat);
  shownId = chat.id;
};
