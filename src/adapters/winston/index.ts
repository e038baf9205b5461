/** Log lines without secrets and without what people wrote. Needs the package `winston`. */
export { makeLog, type LogOptions } from './log.adapter.ts';
