import { startConsole } from './console.js';
import { byId, setText } from './dom.js';
import { startEvents } from './events.js';
import { startFaults } from './faults.js';
import { startPhone } from './phone.js';
import { changed, listen, onChange, store } from './store.js';

startPhone();
startConsole();
startEvents();
startFaults();
onChange(() => {
  setText(
    byId('service'),
    store.serviceUrl === null ? 'No service is connected' : `Service: ${store.serviceUrl}`,
  );
});
changed();
listen((linked) => {
  const live = byId('live');
  live.dataset.state = linked ? 'live' : 'waiting';
  setText(live, linked ? 'Live' : 'Reconnecting …');
});

// a menu closes on a click elsewhere and on Escape
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (menu !== except) menu.open = false;
};
document.addEventListener('click', ({ target }) => closeMenus(target.closest('summary')?.parentElement));
document.addEventListener('keydown', ({ key, target }) => {
  if (key !== 'Escape') return;
  const menu = target.closest('details.menu[open]');
  closeMenus();
  menu?.querySelector('summary').focus();
});
