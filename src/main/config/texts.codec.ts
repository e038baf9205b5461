import { E } from '../../domain/fp.ts';
import { overlayTexts, type Texts } from '../../domain/texts.ts';
import { codecOf, type Codec } from './codecs.ts';
import { parseJson, isRecord } from './json.ts';

const expected = 'one JSON object of texts, as in {"waitAgent": "One moment, please"}';

/** MESSAGES: the default texts with the given ones laid over them. */
export const textsCodec: Codec<Texts> = codecOf(expected, (value) => {
  const overrides = parseJson(value);
  if (!isRecord(overrides)) return E.left(expected);
  const texts = overlayTexts(overrides);
  return E.isRight(texts) ? texts : E.left(`${expected}; ${texts.left.join('; ')}`);
});
