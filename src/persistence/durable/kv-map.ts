/** The entries under a prefix, with the methods of a Map. */
export const kvMap = <K extends string, V>(kv: SyncKvStorage, prefix: string) => ({
  get: (key: K): V | undefined => kv.get<V>(prefix + key),
  set: (key: K, value: V): void => kv.put(prefix + key, value),
  delete: (key: K): boolean => kv.delete(prefix + key),
  entries: (): readonly (readonly [K, V])[] =>
    [...kv.list<V>({ prefix })].map(
      ([key, value]) => [key.slice(prefix.length) as K, value] as const, // written by set
    ),
});
