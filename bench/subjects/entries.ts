/** What is started as a process of its own. */
export const entries = {
  service: new URL('../../src/main/server.ts', import.meta.url),
  bareRoute: new URL('./bare-route.ts', import.meta.url),
  insertByInsert: new URL('./insert-by-insert.ts', import.meta.url),
  bridge: new URL('./bridge.ts', import.meta.url),
};
