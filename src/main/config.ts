/** The configuration, as the rest of `main` sees it. */
export { decodeConfig } from './config/decode.ts';
export { describeMistakes, type ConfigMistake } from './config/mistake.ts';
export { Secret, secretsIn } from './config/secret.ts';
export { readSecretFile } from './config/secret-file.ts';
export type * from './config/config.ts';
