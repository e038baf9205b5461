import test from 'ava';
import { mediaFiles } from '../../sandbox/yalo/media-files.ts';
import { browserPath, noBrowser, openPage, warnWithoutBrowser } from './support/browser.ts';
import { PageTalk } from './support/page-talk.ts';
import { startTestService } from './support/service.ts';

warnWithoutBrowser('a whole conversation on the page');
test.before((t) => {
  if (browserPath === undefined) t.log(noBrowser);
});
const inBrowser = browserPath === undefined ? test.skip : test;

inBrowser('the page › carries a whole conversation of the service, by clicks', async (t) => {
  const service = await startTestService({ store: 'memory' });
  t.teardown(service.stop);
  const { page, complaints, close } = await openPage(service.sandbox.pageUrl, { width: 1280, height: 860 });
  t.teardown(close);
  const talk = new PageTalk(page);
  await talk.live();

  await talk.say('Hola');
  await talk.say('¿En qué te ayudo?', 'Bot');
  await talk.say('Mi pedido 4821 no ha llegado');
  await talk.askForHuman();
  await talk.onPhone('Esperando un agente');
  await talk.deskState('in the queue, 0 ahead');
  await talk.accept();
  await talk.inTranscript('Contexto:');
  await talk.inTranscript('Mi pedido 4821 no ha llegado');
  await talk.inTranscript('Hola soy Ana Pérez y necesito ayuda');
  await talk.beside('ana.perez@example.com');
  await talk.beside('Atención a clientes');

  await talk.answer('Hola Ana, soy Andrea. ¿Me mandas una foto?');
  await talk.onPhone('Hola Ana, soy Andrea. ¿Me mandas una foto?');
  await talk.sendPicture('pedido.png', mediaFiles.get('photo.png')?.bytes ?? Buffer.alloc(0));
  await talk.inTranscript('**El usuario adjunto una imagen al caso**');
  await talk.beside('.png');
  await talk.say('<b>Es éste</b>');
  await talk.inTranscript('<b>Es éste</b>');

  await talk.transfer('Beatriz');
  await talk.answer('Hola, soy Beatriz');
  await talk.onPhone('Hola, soy Beatriz');
  await talk.end();
  await talk.onPhone('The bot goes on: from-sf-success');
  await talk.events.getByText('POST /v1/chats/connect').waitFor();

  t.deepEqual(complaints, []);
  t.deepEqual(service.sandbox.salesforce.agents.violations.list(), []);
  const { deliveries } = service.sandbox.yalo;
  t.deepEqual(
    deliveries.shownTo('5215550001001').map(({ text }) => text),
    ['Esperando un agente', 'Hola Ana, soy Andrea. ¿Me mandas una foto?', 'Hola, soy Beatriz'],
  );
});
