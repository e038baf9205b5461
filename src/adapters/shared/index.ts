/** The HTTP client that adapters of remotes are given. Needs the package `node-fetch`. */
export {
  makeHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './http-client.ts';
