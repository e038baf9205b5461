/** Width of a slot, ms. */
const slotMs = 60_000;

const slotOf = (time: number): number => Math.floor(time / slotMs);

/** Things by the minute in which they expire: finding what is due costs nothing for what is not. */
export interface Expiring<A> {
  readonly put: (thing: A) => void;
  /** To be called before its time is changed. */
  readonly remove: (thing: A) => void;
  /** Takes out things whose time is over, `limit` at most. */
  readonly takeDue: (now: number, limit: number) => ReadonlyArray<A>;
}

/** `timeOf`: ms since 1970; null: never. */
export const makeExpiring = <A>(timeOf: (thing: A) => number | null): Expiring<A> => {
  const slots = new Map<number, Set<A>>();

  const remove = (thing: A): void => {
    const time = timeOf(thing);
    if (time === null) return;
    const things = slots.get(slotOf(time));
    things?.delete(thing);
    if (things?.size === 0) slots.delete(slotOf(time));
  };

  return {
    put: (thing) => {
      const time = timeOf(thing);
      if (time === null) return;
      const things = slots.get(slotOf(time));
      if (things === undefined) slots.set(slotOf(time), new Set([thing]));
      else things.add(thing);
    },
    remove,
    takeDue: (now, limit) => {
      const due: A[] = [];
      let looked = 0;
      for (const [slot, things] of slots) {
        if (slot > slotOf(now)) continue;
        for (const thing of things) {
          if (looked === limit) return due;
          looked += 1;
          // the present slot still holds things whose time is to come
          if ((timeOf(thing) ?? Infinity) > now) continue;
          remove(thing);
          due.push(thing);
        }
      }
      return due;
    },
  };
};
