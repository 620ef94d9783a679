type Listing = {
  readonly prefix?: string;
  readonly start?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
};

/**
 * The storage of one object. What is written counts at once for whoever reads here, and is safe
 * only from `commit` on: a crash takes the rest.
 */
export class JournaledKv implements SyncKvStorage {
  #safe = new Map<string, unknown>();
  #seen = new Map<string, unknown>();
  #isChanged = false;

  get<T = unknown>(key: string): T | undefined {
    return this.#seen.get(key) as T | undefined;
  }

  put<T>(key: string, value: T): void {
    this.#seen.set(key, value);
    this.#isChanged = true;
  }

  delete(key: string): boolean {
    this.#isChanged = true;
    return this.#seen.delete(key);
  }

  list<T = unknown>({ prefix = "", start = "", reverse, limit }: Listing = {}): [string, T][] {
    const keys = [...this.#seen.keys()].filter((key) => key.startsWith(prefix) && key >= start);
    keys.sort();
    if (reverse) keys.reverse();
    return keys.slice(0, limit).map((key) => [key, this.#seen.get(key) as T]);
  }

  clear(): void {
    this.#seen.clear();
    this.#isChanged = true;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** A point to come back to, within what is not safe yet. */
  mark(): () => void {
    const marked = new Map(this.#seen);
    return () => {
      this.#seen = marked;
    };
  }

  commit(): void {
    if (this.#isChanged) this.#safe = new Map(this.#seen);
    this.#isChanged = false;
  }

  /** What a new start finds. */
  crash(): void {
    this.#seen = new Map(this.#safe);
    this.#isChanged = false;
  }
}
