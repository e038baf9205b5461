/** Tokens for the API's users. Needs the package `jose`. */
export { makeTokenIssuer, type TokenIssuerOptions } from './token-issuer.adapter.ts';
