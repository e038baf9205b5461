import { byId, el } from './dom.js';

/** Shows what went wrong for some seconds. */
export const notice = (text) => {
  const node = el('p', { class: 'notice' }, text);
  byId('notices').append(node);
  setTimeout(() => node.remove(), 6_000);
};

/**
 * Posts to the control API. A failure is shown, and `undefined` comes back.
 *
 * @param {string} path behind `/control/`
 */
export const post = async (path, body = {}) => {
  try {
    const response = await fetch(`/control/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = response.status === 204 ? {} : await response.json();
    if (response.ok) return answer;
    notice(answer.error ?? `The sandbox answered ${response.status}`);
  } catch {
    notice('The sandbox did not answer');
  }
  return undefined;
};

/** Post for a chat of the console. */
export const chatAction = (id, action, body = {}) => post(`chats/${encodeURIComponent(id)}/${action}`, body);
