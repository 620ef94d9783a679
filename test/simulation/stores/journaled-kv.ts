type Listing = {
  readonly prefix?: string;
  readonly start?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
};

/** What is not safe yet: what a key held before, or that it was not there. */
type Undo = { readonly key: string; readonly value: unknown; readonly isNew: boolean };

/**
 * The storage of one object. What is written counts at once for whoever reads here, and is safe
 * only from `commit` on: a crash takes the rest.
 */
export class JournaledKv implements SyncKvStorage {
  readonly #seen = new Map<string, unknown>();
  #journal: Undo[] = [];

  get<T = unknown>(key: string): T | undefined {
    return this.#seen.get(key) as T | undefined;
  }

  put<T>(key: string, value: T): void {
    this.#note(key);
    this.#seen.set(key, value);
  }

  delete(key: string): boolean {
    this.#note(key);
    return this.#seen.delete(key);
  }

  list<T = unknown>({ prefix = "", start = "", reverse, limit }: Listing = {}): [string, T][] {
    const keys = [...this.#seen.keys()].filter((key) => key.startsWith(prefix) && key >= start);
    keys.sort();
    if (reverse) keys.reverse();
    return keys.slice(0, limit).map((key) => [key, this.#seen.get(key) as T]);
  }

  clear(): void {
    for (const key of this.#seen.keys()) this.#note(key);
    this.#seen.clear();
  }

  get isChanged(): boolean {
    return this.#journal.length > 0;
  }

  /** A point to come back to, within what is not safe yet. */
  mark(): () => void {
    const length = this.#journal.length;
    return () => this.#undoFrom(length);
  }

  commit(): void {
    this.#journal = [];
  }

  /** What a new start finds. */
  crash(): void {
    this.#undoFrom(0);
  }

  #note(key: string): void {
    this.#journal.push({ key, value: this.#seen.get(key), isNew: !this.#seen.has(key) });
  }

  #undoFrom(length: number): void {
    for (const { key, value, isNew } of this.#journal.splice(length).reverse()) {
      if (isNew) this.#seen.delete(key);
      else this.#seen.set(key, value);
    }
  }
}
