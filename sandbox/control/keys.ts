/** Gives things that have no id of their own one that lasts as long as they do. */
export class Keys {
  readonly #known = new WeakMap<object, string>();
  #next = 1;

  of(thing: object): string {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    const key = String(this.#next);
    this.#next += 1;
    this.#known.set(thing, key);
    return key;
  }
}
