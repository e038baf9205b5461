import { answerJson, answerText, type Call } from './server.ts';

/** Users whose address begins so are contacts already. */
export const knownPrefix = 'known-';

interface Composite {
  readonly compositeRequest: ReadonlyArray<{ readonly url: string; readonly referenceId: string }>;
}

/** Login and data API: finds who is known, makes everybody else and every case. */
export const makeCrm = (): ((call: Call) => void) => {
  let made = 0;
  const id = (prefix: string): string => `${prefix}${String((made += 1)).padStart(12, '0')}AAA`;

  const search = (url: string): unknown => {
    const isKnown = url.includes(`%27${knownPrefix}`);
    const records = isKnown ? [{ Id: id('003'), FirstName: 'Ana', LastName: 'Luna' }] : [];
    return { totalSize: records.length, done: true, records };
  };

  const composite = ({ res, body }: Call): void => {
    const { compositeRequest } = JSON.parse(body) as Composite;
    answerJson(res, 200, {
      compositeResponse: compositeRequest.map(({ url, referenceId }) => ({
        body: search(url),
        httpHeaders: {},
        httpStatusCode: 200,
        referenceId,
      })),
    });
  };

  return (call) => {
    const { res, path } = call;
    if (path.endsWith('/oauth2/token')) {
      return answerJson(res, 200, { access_token: 'bench-token', token_type: 'Bearer' });
    }
    if (path.endsWith('/composite')) return composite(call);
    if (path.endsWith('/sobjects/Contact'))
      return answerJson(res, 201, { id: id('003'), success: true, errors: [] });
    if (path.endsWith('/sobjects/Case'))
      return answerJson(res, 201, { id: id('500'), success: true, errors: [] });
    answerText(res, 404, 'not played here');
  };
};
