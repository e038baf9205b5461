type AbsentKeys<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

/** Members that may be undefined become members that may be absent. */
export type Present<T> = Omit<T, AbsentKeys<T>> & { [K in AbsentKeys<T>]?: Exclude<T[K], undefined> };

/** Without the members that are undefined. */
export const present = <T extends object>(record: T): Present<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>;
