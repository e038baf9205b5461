import { providers, type Provider } from '../../domain/channel.ts';
import { E, pipe } from '../../domain/fp.ts';
import { defaultFlow, type SourceFlows } from '../../domain/source-flow.ts';
import type {
  CrmConfig,
  LiveAgentConfig,
  LoginConfig,
  RemotesConfig,
  YaloBotConfig,
  YaloConfig,
} from './config.ts';
import { all, type Checked, type ConfigMistake } from './mistake.ts';
import { present } from './present.ts';
import type { Readings } from './readings.ts';

const salesforce = 'Salesforce is not reached without it';
const passwordGrant = 'the password grant needs it; SFC_GRANT=client_credentials does without';

const login = ({ get, need, peek }: Readings): Checked<LoginConfig> => {
  const app = {
    loginUrl: need('SFC_LOGIN_URL', salesforce),
    clientId: need('SFC_CLIENT_ID', salesforce),
    clientSecret: need('SFC_CLIENT_SECRET', salesforce),
  };
  if (peek('SFC_GRANT') === 'client_credentials') {
    return pipe(
      all(app),
      E.map((values) => ({ ...values, grant: 'client_credentials' as const })),
    );
  }
  return pipe(
    all({
      ...app,
      username: need('SFC_USERNAME', passwordGrant),
      password: need('SFC_PASSWORD', passwordGrant),
      securityToken: get('SFC_SECURITY_TOKEN'),
    }),
    E.map((values) => ({ ...present(values), grant: 'password' as const })),
  );
};

const crm = ({ get, need }: Readings): Checked<CrmConfig> =>
  pipe(
    all({
      baseUrl: need('SFC_BASE_URL', salesforce),
      apiVersion: get('SFC_API_VERSION'),
      caseRecordTypeId: get('SFC_RECORD_TYPE_ID'),
      accountRecordTypeId: get('SFC_ACCOUNT_RECORD_TYPE_ID'),
      defaultBirthDate: get('SFC_DEFAULT_BIRTH_DATE_ACCOUNT'),
      case: get('SFC_CUSTOM_FIELDS_CASE'),
      contact: get('SFC_CUSTOM_FIELDS_CONTACT'),
      account: get('SFC_CUSTOM_FIELDS_ACCOUNT'),
      search: get('SFC_CUSTOM_FIELDS_TO_SEARCH_CONTACT'),
      blocks: get('SFC_BLOCKED_CHAT_FIELD'),
      blockedField: get('SFC_BLOCKED_CHAT_FIELD_NAME'),
    }),
    E.map(({ case: ofCase, contact, account, search, blocks, blockedField, ...rest }) => ({
      ...present({ ...rest, blockedField: blocks ? blockedField : undefined }),
      customFields: {
        case: ofCase ?? [],
        contact: contact ?? [],
        account: account ?? [],
        search: search ?? [],
      },
    })),
  );

const desk = ({ get, need }: Readings): Checked<LiveAgentConfig> =>
  all({
    kind: get('AGENT_DESK'),
    chatUrl: need('SFC_CHAT_URL', 'Live Agent is not reached without it'),
    apiVersion: get('SFC_API_VERSION'),
    organizationId: need('SFC_ORGANIZATION_ID', 'Live Agent routes chats by it'),
    deploymentId: need('SFC_DEPLOYMENT_ID', 'Live Agent routes chats by it'),
  });

const noDefaultFlow: ConfigMistake = {
  variable: 'SFC_SOURCE_FLOW_BOT',
  expected: `a flow named ${defaultFlow}, for all chats that no other flow takes`,
};

const flows = ({ need }: Readings): Checked<SourceFlows> =>
  pipe(
    need('SFC_SOURCE_FLOW_BOT', 'chats are routed by it; at least default={"subject":"…","providers":{…}}'),
    E.chain((given): Checked<SourceFlows> =>
      given.has(defaultFlow) ? E.right(given) : E.left([noDefaultFlow]),
    ),
  );

const short = { whatsapp: 'WA', facebook: 'FB' } as const satisfies Record<Provider, string>;
const idName = <P extends Provider>(provider: P) => `INTEGRATIONS_${short[provider]}_BOT_ID` as const;
const jwtName = <P extends Provider>(provider: P) => `INTEGRATIONS_${short[provider]}_BOT_JWT` as const;

/** Of a bot that has only one of id and JWT: which is set, and which is not. */
export const halfBot = (
  { isSet }: Readings,
  provider: Provider,
): { readonly set: string; readonly missing: string } | undefined => {
  const [id, jwt] = [idName(provider), jwtName(provider)];
  if (isSet(id) === isSet(jwt)) return undefined;
  return isSet(id) ? { set: id, missing: jwt } : { set: jwt, missing: id };
};

const bot = ({ get }: Readings, provider: Provider): Checked<YaloBotConfig | undefined> =>
  pipe(
    all({
      channel: get(`INTEGRATIONS_${short[provider]}_CHANNEL`),
      botId: get(idName(provider)),
      jwt: get(jwtName(provider)),
      phone: get(`INTEGRATIONS_${short[provider]}_BOT_PHONE`),
      version: get(`INTEGRATIONS_${short[provider]}_VERSION`),
    }),
    E.map(({ botId, jwt, phone, ...rest }) =>
      botId === undefined || jwt === undefined ? undefined : { ...rest, botId, jwt, phone: phone ?? '' },
    ),
  );

/** A bot needs both id and JWT, the deployment at least one bot; the other channel may do without. */
const missingBots = (readings: Readings): ReadonlyArray<ConfigMistake> => {
  if (providers.some((name) => readings.isSet(idName(name)) && readings.isSet(jwtName(name)))) return [];
  const halves = providers.flatMap((name) => halfBot(readings, name) ?? []);
  if (halves.length > 0) {
    return halves.map(({ set, missing }) => ({
      variable: missing,
      expected: `a value: ${set} is set, and a bot needs both`,
    }));
  }
  const other = `${idName('facebook')} and ${jwtName('facebook')}`;
  return [idName('whatsapp'), jwtName('whatsapp')].map((variable) => ({
    variable,
    expected: `a value: id and JWT of at least one bot are required (or ${other})`,
  }));
};

const yalo = (readings: Readings): Checked<YaloConfig> => {
  const { get, need } = readings;
  const missing = missingBots(readings);
  return pipe(
    all({
      baseUrl: need('INTEGRATIONS_BASE_URL', 'Yalo is not reached without it'),
      webhookBaseUrl: get('WEBHOOK_BASE_URL'),
      mediaToken: get('INTEGRATIONS_MEDIA_TOKEN'),
      whatsapp: bot(readings, 'whatsapp'),
      facebook: bot(readings, 'facebook'),
      enough: missing.length > 0 ? E.left(missing) : E.right(undefined),
    }),
    E.map(({ whatsapp, facebook, enough: _enough, ...rest }) => ({
      ...present(rest),
      bots: present({ whatsapp, facebook }),
    })),
  );
};

/** Everything that the desk and Yalo need, and all that is missing for it. */
export const remotes = (readings: Readings): Checked<RemotesConfig> =>
  all({
    login: login(readings),
    crm: crm(readings),
    desk: desk(readings),
    yalo: yalo(readings),
    flows: flows(readings),
  });
