/** A stored record, by the names of its fields; a field without a value is absent. */
export type DataRecord = Readonly<Record<string, unknown>> & { readonly Id: string };

const maxIndexes = 16;

/** A record's value of a field, whatever the case in which either is spelled. */
export const valueOf = (record: DataRecord, name: string): unknown => {
  if (Object.hasOwn(record, name)) return record[name];
  const key = Object.keys(record).find((known) => known.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
};

const indexKey = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).toLowerCase()
    : undefined;

/** The newest records of one object, oldest first. Fields that are searched for equal texts get an index by then. */
export class Table {
  readonly #capacity: number;
  readonly #rows = new Map<string, DataRecord>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(id: string): DataRecord | undefined {
    return this.#rows.get(id);
  }

  rows(): DataRecord[] {
    return Array.from(this.#rows.values());
  }

  /** Adds, or changes the one of that id. */
  put(record: DataRecord): void {
    this.#unlink(this.#rows.get(record.Id));
    this.#rows.set(record.Id, record);
    for (const [name, index] of this.#indexes) link(index, name, record);
  }

  remove(id: string): void {
    this.#unlink(this.#rows.get(id));
    this.#rows.delete(id);
  }

  /** Forgets the oldest beyond the capacity. */
  trim(): void {
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= this.#capacity) return;
      this.remove(id);
    }
  }

  /** Those whose field has that text, in any case, in no particular order. */
  withText(name: string, text: string): DataRecord[] {
    const ids = this.#index(name.toLowerCase()).get(text.toLowerCase()) ?? [];
    return Array.from(ids).flatMap((id) => this.#rows.get(id) ?? []);
  }

  #index(name: string): Map<string, Set<string>> {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = new Map<string, Set<string>>();
    for (const record of this.#rows.values()) link(index, name, record);
    if (this.#indexes.size >= maxIndexes) this.#indexes.delete(this.#indexes.keys().next().value ?? '');
    this.#indexes.set(name, index);
    return index;
  }

  #unlink(record: DataRecord | undefined): void {
    if (record === undefined) return;
    for (const [name, index] of this.#indexes) {
      const key = indexKey(valueOf(record, name));
      const ids = key === undefined ? undefined : index.get(key);
      ids?.delete(record.Id);
      if (key !== undefined && ids?.size === 0) index.delete(key);
    }
  }
}

const link = (index: Map<string, Set<string>>, name: string, record: DataRecord): void => {
  const key = indexKey(valueOf(record, name));
  if (key === undefined) return;
  const ids = index.get(key) ?? new Set();
  index.set(key, ids.add(record.Id));
};
