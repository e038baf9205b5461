/** What the sandbox told so far. */

const keptLines = 400;

export const store = {
  /** By key. */
  phone: new Map(),
  events: new Map(),
  /** By id, the oldest first. */
  chats: new Map(),
  presets: [],
  serviceUrl: null,
};

const listeners = new Set();

/** @param {() => void} listener called after each change */
export const onChange = (listener) => void listeners.add(listener);

export const changed = () => {
  for (const listener of listeners) listener();
};

const add = (map, lines, kept) => {
  for (const line of lines) map.set(line.key ?? line.id, line);
  while (map.size > kept) map.delete(map.keys().next().value);
};

const apply = ({ phone, events, chats, presets, serviceUrl }) => {
  add(store.phone, phone, keptLines);
  add(store.events, events, keptLines);
  add(store.chats, chats, keptLines);
  store.presets = presets;
  store.serviceUrl = serviceUrl;
  changed();
};

/** Listens for good: after a break everything begins anew with a whole state. */
export const listen = (onLink) => {
  const source = new EventSource('/control/events');
  source.addEventListener('state', ({ data }) => {
    for (const map of [store.phone, store.events, store.chats]) map.clear();
    apply(JSON.parse(data));
    onLink(true);
  });
  source.addEventListener('changes', ({ data }) => apply(JSON.parse(data)));
  source.addEventListener('error', () => onLink(false));
};
