import test from 'ava';
import {
  heardBy,
  shownTo,
  talk,
  until,
  chatOf,
  user,
  welcome,
  withService,
} from './support/conversations.ts';

const notices = {
  image: '**El usuario adjunto una imagen al caso**',
  sticker: '**El usuario adjunto una imagen al caso**',
  audio: '**El usuario adjunto un audio al caso**',
  voice: '**El usuario adjunto un audio al caso**',
  video: '**El usuario adjunto un archivo al caso**',
  document: '**El usuario adjunto un archivo al caso**',
} as const;

for (const [kind, notice] of Object.entries(notices)) {
  test(`a message of the kind ${kind} › becomes a file of the case; the agent gets notice and caption`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    await yalo.phone.sendMedia({
      provider: 'whatsapp',
      userId: user,
      kind: kind as keyof typeof notices,
      caption: 'mi comprobante',
    });
    await yalo.phone.sendText('whatsapp', user, 'listo');
    await salesforce.agents.waitForText(chat, 'listo');
    t.deepEqual(heardBy(chat), [welcome, notice, 'mi comprobante', 'listo']);
    const [link] = salesforce.records.list('ContentDocumentLink');
    t.is(link?.LinkedEntityId, chat.caseId);
    t.like(salesforce.records.list('ContentVersion')[0], { Title: 'mi comprobante' });
  });
}

test('media written while waiting › is in the case before an agent joins', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  await service.connect();
  const chat = await salesforce.agents.waitForChat(({ state }) => state === 'queued');
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user });
  await salesforce.records.created.waitFor(({ type }) => type === 'ContentDocumentLink');
  salesforce.agents.accept(chat, 'Andrea');
  await salesforce.agents.waitForText(chat, notices.image);
  t.deepEqual(heardBy(chat), [welcome, notices.image]);
});

test('a file that takes long › the agent gets the link first, and the notice late', async (t) => {
  const service = await withService(t, { env: { MEDIA_WAIT: '100ms' } });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const url = `${yalo.mediaUrl}/slow/4000/photo.jpg`;
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user, url });
  await yalo.phone.sendText('whatsapp', user, 'después');
  await salesforce.agents.waitForText(chat, notices.image);
  t.deepEqual(heardBy(chat), [
    welcome,
    `**El usuario envió un archivo, aún no está en el caso:** ${url}`,
    'después',
    notices.image,
  ]);
});

test('a file that is gone › the user is told, and the agent gets the link', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const url = `${yalo.mediaUrl}/status/404`;
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user, url, caption: 'foto' });
  await yalo.deliveries.waitForText(user, 'Imagen no enviada');
  await salesforce.agents.waitForText(chat, 'foto');
  t.deepEqual(heardBy(chat), [welcome, `**El archivo del usuario no se pudo adjuntar:** ${url}`, 'foto']);
  t.deepEqual(shownTo(service), ['Esperando un agente', 'Imagen no enviada']);
  t.like(
    await until(
      () => chatOf(service),
      ({ setAside }) => setAside === 1,
    ),
    { setAside: 1 },
  );
});

test('a link to a private address › is never fetched', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const url = 'https://169.254.169.254/latest/meta-data/';
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user, url });
  await salesforce.agents.waitForText(chat, /no se pudo adjuntar/u);
  t.is(salesforce.records.list('ContentVersion').length, 0);
});

test('everything else a user can send › comes to the agent as a readable line', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const send = (id: string, type: string, member: object): Promise<unknown> =>
    yalo.phone.sendRaw('whatsapp', { id, from: user, timestamp: String(Date.now()), type, ...member });
  await send('k1', 'location', {
    location: { latitude: 19.4, longitude: -99.1, name: 'Tienda', address: 'Centro 1' },
  });
  await send('k2', 'contacts', {
    contacts: [{ name: { formatted_name: 'Luz Vega' }, phones: [{ phone: '+525500000001' }] }],
  });
  await send('k3', 'button', { button: { text: 'Sí, quiero', payload: 'yes' } });
  await send('k4', 'interactive', {
    interactive: { type: 'list_reply', list_reply: { id: '1', title: 'Mi pedido' } },
  });
  await send('k5', 'reaction', { reaction: { message_id: 'x', emoji: '👍' } });
  await send('k6', 'hologram', { hologram: { some: 'thing' } });
  await yalo.phone.sendText('whatsapp', user, 'fin');
  await salesforce.agents.waitForText(chat, 'fin');
  const lines = heardBy(chat).slice(1);
  t.regex(lines[0] ?? '', /^Ubicación: .*Tienda/u);
  t.regex(lines[1] ?? '', /^Contacto: .*Luz Vega/u);
  t.is(lines[2], 'Eligió: Sí, quiero');
  t.is(lines[3], 'Eligió: Mi pedido');
  t.is(lines[4], 'Reaccionó: 👍');
  t.is(lines[5], '**El usuario envió un mensaje de tipo hologram que no se puede mostrar**');
  t.is(lines[6], 'fin');
});

test('files whose server breaks off › hold up no other user’s file', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const writes = async (userId: string, path: string): Promise<void> => {
    await service.connect({ userID: userId, phoneNumber: userId, email: `${userId}@example.com` });
    await yalo.phone.sendMedia({ provider: 'whatsapp', userId, url: `${yalo.mediaUrl}${path}` });
  };
  for (const n of [1, 2, 3, 4, 5]) await writes(`521555000000${n}`, '/cut/photo.jpg');
  const failed = async (): Promise<number> =>
    service.logged.filter(({ event }) => event === 'delivery-failed').length;
  await until(failed, (count) => count >= 5);
  await writes('5215550000009', '/media/photo.jpg');
  await salesforce.records.created.waitFor(({ type }) => type === 'ContentDocumentLink');
  t.deepEqual(
    service.logged.filter(({ event }) => event === 'remote-down'),
    [],
  );
});
