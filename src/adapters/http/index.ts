/** The service's HTTP API. Needs the packages `restify` and `ipaddr.js`. */
export { makeHttpServer, type HttpServer } from './server.ts';
export type { HealthReport, HttpLimits, HttpOptions, HttpServerDeps } from './options.ts';
