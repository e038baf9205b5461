/** Reads the webhooks of Yalo: decoded bodies in, messages out. Pure. */
export { makeReadFacebook } from './facebook.ts';
export { makeReadWhatsApp } from './whatsapp.ts';
export type { Note, Notes, Reading } from './reading.ts';
export type { HttpError } from '../errors.ts';
export type { Failure, Struct, Tag } from '../validation.ts';
