import { post } from './api.js';
import { byId, el, keyed, setAttribute } from './dom.js';
import { onChange, store } from './store.js';

const drawButton = (button, { kind, on }) => {
  if (kind !== 'now') setAttribute(button, 'aria-pressed', String(on));
  button.dataset.kind = kind;
};

const makeButton = ({ name, title, hint, kind }) =>
  el(
    'button',
    {
      type: 'button',
      title: hint,
      onclick: ({ currentTarget }) =>
        void post(`presets/${name}`, {
          on: kind === 'now' || currentTarget.getAttribute('aria-pressed') !== 'true',
        }),
    },
    title,
  );

export const startFaults = () => {
  byId('faults-off').addEventListener('click', () => void post('presets/clear'));
  onChange(() =>
    keyed(byId('fault-list'), store.presets, {
      key: ({ name }) => name,
      create: makeButton,
      update: drawButton,
    }),
  );
};
