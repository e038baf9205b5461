/** The API's users, as a list. */
export { makeCredentials, type User } from './credentials.adapter.ts';
