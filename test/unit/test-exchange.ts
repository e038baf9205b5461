import fetch from 'node-fetch';
import { E, type Either } from '../../src/domain/fp.ts';
import type { RemoteFailure } from '../../src/application/ports/errors.ts';
import type { Exchange } from '../../src/adapters/salesforce-data/exchange.ts';

/** The plainest way to the wire, for adapters that are given one. */
export const exchange: Exchange = async (what, { method, url, headers, body }, deadline) => {
  try {
    const response = await fetch(url, {
      method,
      headers,
      signal: deadline,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const seconds = response.headers.get('retry-after');
    return E.right({
      status: response.status,
      text: await response.text(),
      retryAfterMs: seconds === null ? undefined : Number(seconds) * 1000,
    });
  } catch {
    return E.left(
      deadline.aborted
        ? { _tag: 'RemoteTimeout', certain: false, detail: `${what}: no answer in time` }
        : { _tag: 'RemoteUnreachable', certain: false, detail: `${what}: no connection` },
    );
  }
};

/** 2xx is done, everything else a failure. */
export const post = async (
  what: string,
  request: Parameters<Exchange>[1],
  deadline: AbortSignal,
): Promise<Either<RemoteFailure, void>> => {
  const answer = await exchange(what, request, deadline);
  if (E.isLeft(answer)) return answer;
  const { status } = answer.right;
  if (status >= 200 && status < 300) return E.right(undefined);
  return E.left({ _tag: 'RemoteError', certain: false, status, detail: `${what}: ${status}` });
};
