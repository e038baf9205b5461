/** Slows down who guesses passwords. Needs the packages `lru-cache` and `ipaddr.js`. */
export { makeLoginThrottle } from './login-throttle.adapter.ts';
