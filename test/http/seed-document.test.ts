import test from 'ava';
import { E, TE } from '../../src/domain/fp.ts';
import { error, facebookPath, said, start, whatsAppPath } from './support.ts';

/* The requests and answers of the user's document, as they stand there. */

const connectWhatsApp = `{
    "userID" : "5217331175599",
    "botSlug" : "coppel-bot",
    "botId" : "521554578545",
    "name" : "Eduardo Ochoa",
    "provider" : "whatsapp",
    "email" : "ochoa@example.com",
    "phoneNumber" : "5217331175599",
    "extraData" : {
        "source_flow_bot" : "SFB001",
        "address": "Calle Andres Figueroa 10 B, col. 20 de Noviembre",
        "order_traking_id": "1225222565"
    }
}`;

const connectFacebook = `{
    "userID" : "6199190013487246",
    "botSlug" : "coppel-msn-staging",
    "botId" : "233726951928154",
    "name" : "Eduardo Ochoa",
\t    "provider" : "facebook",
    "email" : "ochoa@example.com",
    "phoneNumber" : "5217331175599",
    "extraData" : {
        "source_flow_bot" : "SFB001",
        "address": "Calle Andres Figueroa 10 B, col. 20 de Noviembre, Iguala de la Independencia, Gro.",
        "order_traking_id": "1245414242"
    }
}`;

test('connect, WhatsApp › the example is taken', async (t) => {
  const { call, asked } = await start(t);
  const answer = await call({
    method: 'POST',
    path: '/v1/chats/connect',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer yalo-token' },
    body: connectWhatsApp,
  });
  t.is(answer.status, 200);
  t.is(answer.text, '{"Message":"Chat created succefully"}');
  t.deepEqual(asked.at(-1), {
    useCase: 'connectChat',
    command: {
      user: { provider: 'whatsapp', id: '5217331175599' },
      profile: {
        name: 'Eduardo Ochoa',
        email: 'ochoa@example.com',
        botSlug: 'coppel-bot',
        botId: '521554578545',
        phoneNumber: '5217331175599',
      },
      extraData: {
        source_flow_bot: 'SFB001',
        address: 'Calle Andres Figueroa 10 B, col. 20 de Noviembre',
        order_traking_id: '1225222565',
      },
    },
  });
});

test('connect, Facebook › the example is taken, with the token as query parameter', async (t) => {
  const { call, asked } = await start(t);
  const answer = await call({
    method: 'POST',
    path: '/v1/chats/connect?token=yalo-token',
    headers: { 'Content-Type': 'application/json' },
    body: connectFacebook,
  });
  t.is(answer.status, 200);
  t.deepEqual(answer.json, said('Chat created succefully'));
  t.like(asked.at(-1)?.command, { user: { provider: 'facebook', id: '6199190013487246' } });
});

test('connect › the examples of failures', async (t) => {
  const { yalo, post } = await start(t);
  const withoutEmail = { ...(JSON.parse(connectWhatsApp) as object), email: undefined };
  const invalid = await yalo('POST', '/v1/chats/connect', withoutEmail);
  t.is(invalid.status, 400);
  t.is(
    invalid.text,
    `{"ErrorDescription":"Error validating payload : Key: 'ChatPayload.Email' Error:Field validation for 'Email' failed on the 'required' tag"}`,
  );
  const anonymous = await post('/v1/chats/connect', connectWhatsApp);
  t.is(anonymous.status, 401);
  t.deepEqual(
    anonymous.json,
    error('An Authorization header or an Query Param with name token is required.'),
  );
});

test('authenticate › both answers', async (t) => {
  const { post } = await start(t, {
    application: {
      authenticate: ({ password }) =>
        password === 'right' ? TE.right('a.b.c') : TE.left({ _tag: 'InvalidCredentials' }),
    },
  });
  const right = await post('/v1/authenticate', `{\n  "username" : "yaloUser",\n  "password" : "right"\n}`);
  t.is(right.status, 200);
  t.is(right.text, '{"token":"a.b.c"}');
  const wrong = await post('/v1/authenticate', { username: 'yaloUser', password: 'wrong' });
  t.is(wrong.status, 401);
  t.is(wrong.text, '{"ErrorDescription":"Invalid credentials."}');
});

test('tokens/check › both answers', async (t) => {
  const { call } = await start(t);
  const path = '/v1/tokens/check';
  const good = await call({ path, headers: { Authorization: 'Bearer yalo-token' } });
  t.is(good.status, 200);
  t.deepEqual(good.json, { username: 'yaloUser', role: 'YALO_ROLE' });
  const bad = await call({ path, headers: { Authorization: 'Bearer other' } });
  t.is(bad.status, 403);
  t.is(bad.text, '{"ErrorDescription":"Invalid Authorization token."}');
});

test('WhatsApp webhook › the text message', async (t) => {
  const { post, messages } = await start(t);
  const answer = await post(
    whatsAppPath,
    `{
  "from": "5215573735001",
  "id": "ABGHUhVXNzUALwIQZWnmjBi7IBmfp2EfNrYbRQ",
  "text": {
    "body": "Hola"
  },
  "timestamp": "1632367928574",
  "type": "text"
}     `,
  );
  t.is(answer.status, 200);
  t.is(answer.text, '{"Message":"insert success"}');
  t.deepEqual(messages(), [
    {
      user: { provider: 'whatsapp', id: '5215573735001' },
      id: 'ABGHUhVXNzUALwIQZWnmjBi7IBmfp2EfNrYbRQ',
      from: 'user',
      timestamp: 1632367928574,
      content: { type: 'text', text: 'Hola' },
    },
  ]);
});

test('WhatsApp webhook › the image message', async (t) => {
  const { post, messages } = await start(t);
  const url =
    'https://api-staging2.yalochat.com/hooks-proxy/whatsapp/coppel-wa-staging/media/a97f26b7-1ff4-4803-b3c0-3974b43f807d';
  const answer = await post(
    whatsAppPath,
    `{
  "from": "5215514732842",
  "id": "ABGHUhVRRzKEPwIKOo4a1mKpR_2KoA",
  "image": {
    "caption": "",
    "mimeType": "image/jpeg",
    "url": "${url}"
  },
  "timestamp": "1630107882351",
  "type": "image"
}`,
  );
  t.is(answer.status, 200);
  t.deepEqual(answer.json, said('insert success'));
  t.deepEqual(messages(), [
    {
      user: { provider: 'whatsapp', id: '5215514732842' },
      id: 'ABGHUhVRRzKEPwIKOo4a1mKpR_2KoA',
      from: 'user',
      timestamp: 1630107882351,
      content: { type: 'media', media: 'image', url, mimeType: 'image/jpeg' },
    },
  ]);
});

test('WhatsApp webhook › the bad request', async (t) => {
  const { post } = await start(t);
  const answer = await post(whatsAppPath, 'no json');
  t.is(answer.status, 400);
  t.is(answer.text, '{"ErrorDescription":"invalid pauload received : error decode body request"}');
});

test('Facebook webhook › the text message', async (t) => {
  const { post, messages } = await start(t);
  const answer = await post(
    facebookPath,
    `{
  "authorRole": "user",
  "botId": "messeger-staging-bot",
  "message": {
    "entry": [
      {
        "id": "233726951928054",
        "messaging": [
          {
            "message": {
              "mid": "m_rhq1CGI9iAqiwi8rcjFwG19GI3HsmSbOU_4gIL4157f_PzsdjOhs5dv7ak0bNJQn5Xeta4YupUzDgDTzcW03sg",
              "text": "Hola"
            },
            "recipient": {
              "id": "233726951928054"
            },
            "sender": {
              "id": "5018811078134037"
            },
            "timestamp": 1632348042261
          }
        ],
        "time": 1632348042540
      }
    ],
    "object": "page"
  },
  "msgTracking": {},
  "provider": "facebook",
  "timestamp": 1632348042540
}`,
  );
  t.is(answer.status, 200);
  t.is(answer.text, '{"Message":"insert success"}');
  t.deepEqual(messages(), [
    {
      user: { provider: 'facebook', id: '5018811078134037' },
      id: 'm_rhq1CGI9iAqiwi8rcjFwG19GI3HsmSbOU_4gIL4157f_PzsdjOhs5dv7ak0bNJQn5Xeta4YupUzDgDTzcW03sg',
      from: 'user',
      timestamp: 1632348042261,
      content: { type: 'text', text: 'Hola' },
    },
  ]);
});

test('Facebook webhook › the image message', async (t) => {
  const { post, messages } = await start(t);
  const url =
    'https://scontent.xx.fbcdn.net/v/t1.15752-9/242696087_456158895579766_8081273236399441617_n.jpg?_nc_cat=105&ccb=1-5&_nc_sid=58c789&_nc_ohc=UZuikmiYkqkAX-S1dYK&_nc_ad=z-m&_nc_cid=0&_nc_ht=scontent.xx&oh=4b27eb86d58a352ed0efdcfc5979dcfb&oe=6171D4BF';
  const answer = await post(
    facebookPath,
    `{
  "authorRole": "user",
  "botId": "messeger-staging-bot",
  "message": {
    "entry": [
      {
        "id": "233726951928054",
        "messaging": [
          {
            "message": {
              "attachments": [
                {
                  "payload": {
                    "url": "${url}"
                  },
                  "type": "image"
                }
              ],
              "mid": "m_1Cc4RFq8tdQhvyOBwHdVrV9GI3HsmSbOU_4gIL4157c5PC2EYygD1-GWTMakPi5-3PD5kJdLqUERgXPWxE-DNQ"
            },
            "recipient": {
              "id": "233726951928054"
            },
            "sender": {
              "id": "5018811078130077"
            },
            "timestamp": 1632351515407
          }
        ],
        "time": 1632351515564
      }
    ],
    "object": "page"
  },
  "msgTracking": {},
  "provider": "facebook",
  "timestamp": 1632351515564
}`,
  );
  t.is(answer.status, 200);
  t.deepEqual(messages(), [
    {
      user: { provider: 'facebook', id: '5018811078130077' },
      id: 'm_1Cc4RFq8tdQhvyOBwHdVrV9GI3HsmSbOU_4gIL4157c5PC2EYygD1-GWTMakPi5-3PD5kJdLqUERgXPWxE-DNQ',
      from: 'user',
      timestamp: 1632351515407,
      content: { type: 'media', media: 'image', url },
    },
  ]);
});

test('webhook registration › all four answers', async (t) => {
  const good = await start(t);
  const failing = await start(t, {
    application: {
      registerWebhook: () => TE.left({ _tag: 'WebhookCallFailed', detail: 'healthcheck: 502' }),
      removeWebhook: () => TE.left({ _tag: 'WebhookCallFailed', detail: 'remove: 502' }),
    },
  });
  const register = '/v1/integrations/webhook/register/whatsapp';
  const remove = '/v1/integrations/webhook/remove/whatsapp';
  const registered = await good.yalo('POST', register);
  t.is(registered.status, 200);
  t.is(registered.text, '{"Message":"Register webhook success with provider : whatsapp"}');
  const removed = await good.yalo('DELETE', remove);
  t.is(removed.status, 200);
  t.is(removed.text, '{"Message":"Remove webhook success with provider : whatsapp"}');
  const notRegistered = await failing.yalo('POST', register);
  t.is(notRegistered.status, 500);
  t.is(notRegistered.text, '{"ErrorDescription":"error register webhook"}');
  const notRemoved = await failing.yalo('DELETE', remove);
  t.is(notRemoved.status, 500);
  t.is(notRemoved.text, '{"ErrorDescription":"error remove webhook"}');
  t.true(failing.logs.some(({ fields }) => fields.detail === 'healthcheck: 502'));
});

test('context › entries in the shape of the example', async (t) => {
  const { yalo } = await start(t, {
    application: {
      getContext: () => async () =>
        E.right([
          {
            userId: '5217331175599',
            timestamp: 1636646680103,
            text: 'Muy bien, nos vamos a comunicar con un asesor.\n',
            from: 'bot' as const,
            until: Date.parse('2021-11-12T16:04:42.973Z'),
          },
          {
            userId: '5217331175599',
            timestamp: 1636646697866,
            text: '9',
            from: 'user' as const,
            until: Date.parse('2021-11-12T16:04:59.383Z'),
          },
        ]),
    },
  });
  const answer = await yalo('GET', '/v1/context/5217331175599');
  t.is(answer.status, 200);
  t.is(
    answer.text,
    JSON.stringify([
      {
        userId: '5217331175599',
        client: 'coppel',
        timestamp: 1636646680103,
        text: 'Muy bien, nos vamos a comunicar con un asesor.\n',
        from: 'bot',
        ttl: '2021-11-12T16:04:42.973Z',
      },
      {
        userId: '5217331175599',
        client: 'coppel',
        timestamp: 1636646697866,
        text: '9',
        from: 'user',
        ttl: '2021-11-12T16:04:59.383Z',
      },
    ]),
  );
});
