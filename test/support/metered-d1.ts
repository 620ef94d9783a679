/** A database, with the rows that each batch read written down. */
export function metered(database: D1Database, read: number[]): D1Database {
  return new Proxy(database, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "batch") return value.bind(target);
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements);
        read.push(results.reduce((sum, { meta }) => sum + meta.rows_read, 0));
        return results;
      };
    },
  });
}
