/** The only way text gets into the page: as text. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} props `on…` are listeners; `false`, `undefined` and `null` leave an attribute out
 * @param {...(Node | string | undefined | false)} children
 */
export const el = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else setAttribute(node, name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== false));
  return node;
};

export const setAttribute = (node, name, value) => {
  if (value === undefined || value === null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? '' : String(value));
};

/** Leaves a node alone that says so already. */
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

export const byId = (id) => document.getElementById(id);

const nodes = new WeakMap();

/**
 * Makes the children of `parent` one node per item, in order. A node stays as long as its key does, so that focus,
 * selection and open details survive; it is drawn again only for another item object.
 */
export const keyed = (parent, items, { key, create, update }) => {
  const known = nodes.get(parent) ?? new Map();
  nodes.set(parent, known);
  const wanted = new Set(items.map(key));
  for (const [name, entry] of known) {
    if (wanted.has(name)) continue;
    entry.node.remove();
    known.delete(name);
  }
  let cursor = parent.firstChild;
  for (const item of items) {
    const name = key(item);
    let entry = known.get(name);
    if (entry === undefined) {
      entry = { node: create(item), item: undefined };
      known.set(name, entry);
    }
    if (entry.item !== item) update?.(entry.node, item);
    entry.item = item;
    if (entry.node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.node, cursor);
  }
};

/** Draws into a log and keeps it at its end, unless somebody scrolled up to read. */
export const atTheEnd = (log, draw, jump = false) => {
  const atEnd = jump || log.scrollHeight - log.scrollTop - log.clientHeight < 48;
  draw();
  if (atEnd) log.scrollTop = log.scrollHeight;
};

/** Enter sends, Shift+Enter begins a line; the field grows with its text. */
export const asComposer = (form, field, send) => {
  const fit = () => {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, 120)}px`;
  };
  field.addEventListener('input', fit);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    fit();
    send(text);
  });
};

const two = (number) => String(number).padStart(2, '0');

export const clock = (at) => {
  const time = new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
};

export const preciseClock = (at) => {
  const time = new Date(at);
  return `${clock(at)}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};
