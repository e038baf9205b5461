import type { SandboxSalesforce } from './salesforce/index.ts';
import type { SandboxYalo } from './yalo/index.ts';

export interface EnvironmentOptions {
  /** Which service of Yalo is told about bot states. */
  readonly botStatesVia: 'botrunner' | 'studio';
  /** The public address of the service, when it is known. */
  readonly serviceUrl: string | undefined;
}

/** The variables that make the service talk to this sandbox. */
export const makeEnvironment = (
  { org, ...salesforce }: Pick<SandboxSalesforce, 'org' | 'loginUrl' | 'dataUrl' | 'chatUrl'>,
  yalo: SandboxYalo,
  options: EnvironmentOptions,
): Record<string, string> => {
  const { whatsapp, facebook } = yalo.account.bots;
  return {
    SFC_LOGIN_URL: salesforce.loginUrl,
    SFC_BASE_URL: salesforce.dataUrl,
    SFC_CHAT_URL: salesforce.chatUrl,
    SFC_CLIENT_ID: org.clientId,
    SFC_CLIENT_SECRET: org.clientSecret,
    SFC_GRANT: 'password',
    SFC_USERNAME: org.username,
    SFC_PASSWORD: org.password,
    SFC_SECURITY_TOKEN: org.securityToken,
    SFC_API_VERSION: '52',
    SFC_ORGANIZATION_ID: org.organizationId,
    SFC_DEPLOYMENT_ID: org.deploymentId,
    SFC_RECORD_TYPE_ID: org.caseRecordTypeId,
    SFC_SOURCE_FLOW_BOT: sourceFlows(org),
    INTEGRATIONS_BASE_URL: yalo.integrationsUrl,
    INTEGRATIONS_WA_CHANNEL: whatsapp.channel,
    INTEGRATIONS_FB_CHANNEL: facebook.channel,
    INTEGRATIONS_WA_BOT_ID: whatsapp.botId,
    INTEGRATIONS_FB_BOT_ID: facebook.botId,
    INTEGRATIONS_WA_BOT_JWT: whatsapp.jwt,
    INTEGRATIONS_FB_BOT_JWT: facebook.jwt,
    INTEGRATIONS_WA_BOT_PHONE: whatsapp.phone,
    INTEGRATIONS_FB_BOT_PHONE: facebook.phone,
    INTEGRATIONS_MEDIA_TOKEN: yalo.account.mediaToken,
    ...signature(yalo),
    ...botStates(yalo, options.botStatesVia),
    MEDIA_ALLOWED_HOSTS: yalo.mediaHosts.join(','),
    ...(options.serviceUrl === undefined ? {} : { WEBHOOK_BASE_URL: options.serviceUrl }),
  };
};

const sourceFlows = ({ buttons, queueId }: SandboxSalesforce['org']): string => {
  const providers = {
    whatsapp: { button_id: buttons.whatsapp, owner_id: queueId },
    facebook: { button_id: buttons.facebook, owner_id: queueId },
  };
  const flow = (subject: string): string => JSON.stringify({ subject, providers });
  return `SFB001=${flow('Pedido en línea')};default=${flow('Atención a clientes')}`;
};

const signature = ({ phone }: SandboxYalo): Record<string, string> =>
  phone.signature === undefined
    ? {}
    : {
        INTEGRATIONS_SIGNATURE: phone.signature.secret,
        INTEGRATIONS_SIGNATURE_MODE: phone.signature.mode ?? 'equal',
      };

const botStates = (yalo: SandboxYalo, via: EnvironmentOptions['botStatesVia']): Record<string, string> =>
  via === 'studio'
    ? { STUDIO_NG_URL: yalo.studioUrl, STUDIO_NG_TOKEN: yalo.account.studioToken }
    : { BOTRUNNER_URL: yalo.botrunnerUrl, BOTRUNNER_TOKEN: yalo.account.botrunnerToken };
