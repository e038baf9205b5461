import type { Sandbox } from '../../sandbox/index.ts';

/** What Messages answers with 200. */
export interface Batch {
  readonly messages: ReadonlyArray<{ readonly type: string; readonly message: Record<string, unknown> }>;
  readonly sequence: number;
  readonly offset: number;
}

/** A hand-made client of Live Agent that does exactly what a test tells it, right or wrong. */
export class Visitor {
  readonly #sandbox: Sandbox;
  id = '';
  key = '';
  affinity = 'null';
  next = 1;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async open(): Promise<void> {
    const response = await this.call('GET', 'System/SessionId', { affinity: 'null' });
    const body = (await response.json()) as { id: string; key: string; affinityToken: string };
    this.id = body.id;
    this.key = body.key;
    this.affinity = body.affinityToken;
  }

  initBody(): Record<string, unknown> {
    const { org } = this.#sandbox.salesforce;
    return {
      organizationId: org.organizationId,
      deploymentId: org.deploymentId,
      buttonId: org.buttons.whatsapp,
      sessionId: this.id,
      userAgent: 'Yalo Bot',
      language: 'es-MX',
      screenResolution: '1900x1080',
      visitorName: 'Ana P.',
      prechatDetails: [
        { label: 'CaseId', value: '500000000000001', displayToAgent: true, transcriptFields: ['CaseId'] },
      ],
      prechatEntities: [
        {
          entityName: 'Case',
          linkToEntityName: 'Case',
          linkToEntityField: 'Id',
          saveToTranscript: 'Case',
          showOnCreate: true,
          entityFieldsMaps: [
            { fieldName: 'Id', label: 'CaseId', doFind: true, isExactMatch: true, doCreate: false },
          ],
        },
      ],
      buttonOverrides: [],
      receiveQueueUpdates: true,
      isPost: true,
    };
  }

  /** Session, request, and the first batch taken. */
  async request(): Promise<void> {
    await this.open();
    await this.post('Chasitor/ChasitorInit', this.initBody());
    await this.#sandbox.salesforce.agents.waitForChat(
      ({ id, state }) => id === this.id && state === 'queued',
    );
  }

  /** With the next number, unless another is given; `null` leaves the header out. */
  async post(noun: string, body: unknown = {}, sequence: number | null = this.next): Promise<Response> {
    const response = await this.call('POST', noun, { body: JSON.stringify(body), sequence });
    if (response.status === 200 && sequence === this.next) this.next += 1;
    return response;
  }

  say(text: string): Promise<Response> {
    return this.post('Chasitor/ChatMessage', { text });
  }

  poll(ack?: number, signal?: AbortSignal): Promise<Response> {
    const query = ack === undefined ? '' : `?ack=${ack}&pc=0`;
    return this.call('GET', `System/Messages${query}`, signal === undefined ? {} : { signal });
  }

  async batch(ack: number): Promise<Batch> {
    const response = await this.poll(ack);
    if (response.status !== 200) throw new Error(`poll answered ${response.status}`);
    return (await response.json()) as Batch;
  }

  /** Takes the new affinity token, as a client should. */
  async reconnect(offset: number): Promise<Record<string, unknown>> {
    const response = await this.call('GET', `System/ReconnectSession?ReconnectSession.offset=${offset}`, {
      affinity: 'null',
    });
    if (response.status !== 200) throw new Error(`ReconnectSession answered ${response.status}`);
    const message = ((await response.json()) as Batch).messages[0]?.message ?? {};
    this.affinity = String(message.affinityToken);
    this.next = 1;
    return message;
  }

  call(
    method: string,
    path: string,
    options: {
      readonly affinity?: string;
      readonly body?: string;
      readonly contentType?: string;
      readonly sequence?: number | null;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<Response> {
    const { body, sequence, signal } = options;
    return fetch(`${this.#sandbox.salesforce.chatUrl}/chat/rest/${path}`, {
      method,
      headers: {
        'X-LIVEAGENT-API-VERSION': '52',
        'X-LIVEAGENT-AFFINITY': options.affinity ?? this.affinity,
        ...(this.key === '' ? {} : { 'X-LIVEAGENT-SESSION-KEY': this.key }),
        ...(typeof sequence === 'number' ? { 'X-LIVEAGENT-SEQUENCE': String(sequence) } : {}),
        ...(body === undefined ? {} : { 'Content-Type': options.contentType ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

export const types = (batch: Batch): string[] => batch.messages.map(({ type }) => type);
