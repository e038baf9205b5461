/** Fetches what users sent, from hosts that are allowed. Needs the packages `node-fetch` and `ipaddr.js`. */
export { makeDownload, type Download, type DownloadOptions, type Media } from './download.ts';
export { parseAllowedHosts, type AllowedHosts } from './allowed-hosts.ts';
export type { MediaRules } from './rules.ts';
