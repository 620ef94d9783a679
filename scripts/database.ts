/** One database, as scripts ask it. Nothing secret may be in a query, which other processes see. */
export type Database = {
  /** @returns the rows of a statement that reads */
  readRows(query: string): unknown[];
  /** Runs statements that write, all or none. */
  executeSql(statements: readonly string[]): void;
};

/** An SQLite string, in which only the quote must be escaped. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
