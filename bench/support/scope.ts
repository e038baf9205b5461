/** What a benchmark has opened, to be closed whatever becomes of it: last opened, first closed. */
export interface Scope {
  readonly add: <A extends { readonly close: () => Promise<void> | void }>(opened: A) => A;
}

export const withScope = async <A>(run: (scope: Scope) => Promise<A>): Promise<A> => {
  const opened: { readonly close: () => Promise<void> | void }[] = [];
  try {
    return await run({
      add: (thing) => {
        opened.push(thing);
        return thing;
      },
    });
  } finally {
    for (const thing of opened.reverse()) await thing.close();
  }
};
