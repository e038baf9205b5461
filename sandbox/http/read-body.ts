import type { IncomingMessage } from 'node:http';

/** The whole body, or why there is none. */
export const readBody = async (
  request: IncomingMessage,
  max: number,
): Promise<Buffer | 'too long' | 'broken off'> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= max) chunks.push(chunk);
    }
  } catch {
    return 'broken off';
  }
  return length > max ? 'too long' : Buffer.concat(chunks);
};
