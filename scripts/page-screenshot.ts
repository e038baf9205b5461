/**
 * Plays a conversation on the sandbox's page and keeps a picture of it: `npm start` in one shell, then
 * `node scripts/page-screenshot.ts <address of the page>` in another. The picture is docs/images/page.png, unless a
 * second argument names another file, a third and a fourth another width and height.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mediaFiles } from '../sandbox/yalo/media-files.ts';
import { browserPath, noBrowser, openPage } from '../test/e2e/support/browser.ts';
import { PageTalk } from '../test/e2e/support/page-talk.ts';

const [address, file = fileURLToPath(new URL('../docs/images/page.png', import.meta.url)), width, height] =
  process.argv.slice(2);

const another = async (talk: PageTalk, channel: 'WhatsApp' | 'Facebook', text: string): Promise<void> => {
  await talk.channel(channel);
  await talk.say(text);
  await talk.askForHuman();
};

const play = async (talk: PageTalk): Promise<void> => {
  await talk.live();
  await another(talk, 'Facebook', '¿Tienen abierto el domingo?');
  await talk.choose('Diego Luna');
  await talk.accept();
  await talk.channel('WhatsApp');
  await talk.say('Hola');
  await talk.say('¡Hola! Soy el asistente de la Tienda Ejemplo. ¿En qué te ayudo?', 'Bot');
  await talk.say('Mi pedido 4821 llegó con otro color');
  await talk.askForHuman();
  await talk.choose('Ana Pérez');
  await talk.accept();
  await talk.inTranscript('Hola soy Ana Pérez y necesito ayuda');
  await talk.answer('Hola Ana, soy Andrea. ¿Me mandas una foto, por favor?');
  await talk.onPhone('¿Me mandas una foto, por favor?');
  await talk.sendPicture('pedido.png', mediaFiles.get('photo.png')?.bytes ?? Buffer.alloc(0));
  await talk.say('Era azul claro');
  await talk.inTranscript('Era azul claro');
  await talk.answer('Gracias. Mañana pasamos por él y te llevamos el correcto.');
  await talk.onPhone('Mañana pasamos por él');
  await talk.say('Perfecto, gracias');
  await talk.inTranscript('Perfecto, gracias');
};

if (address === undefined) throw new Error('the address of the page is missing');
if (browserPath === undefined) throw new Error(noBrowser);
const { page, close } = await openPage(address, {
  width: Number(width ?? 1280),
  height: Number(height ?? 860),
});
try {
  await play(new PageTalk(page));
  await mkdir(dirname(file), { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: file, animations: 'disabled' });
} finally {
  await close();
}
