import type { AuthorityCopy, AuthorityStore, Intent } from "../../../use-cases/accounts/ports.ts";
import { bringUpToDate } from "./user-schema.ts";

const AUTHORITY = "authority";
const INTENT = "intent";

/**
 * The object's copy of the authority. It is kept in memory too, since every call reads it and
 * nobody else writes the storage.
 */
export class KvAuthorityStore implements AuthorityStore {
  readonly #storage: DurableObjectStorage;
  #copy: AuthorityCopy | null | undefined;
  #intent: Intent | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  copy(): AuthorityCopy | null {
    if (this.#copy === undefined) {
      this.#copy = this.#storage.kv.get<AuthorityCopy>(AUTHORITY) ?? null;
    }
    return this.#copy;
  }

  intent(): Intent | null {
    if (this.#intent === undefined) this.#intent = this.#storage.kv.get<Intent>(INTENT) ?? null;
    return this.#intent;
  }

  begin(intent: Intent): void {
    this.#storage.kv.put(INTENT, intent);
    this.#intent = intent;
  }

  /** The first call creates the object's tables. */
  settle(copy: AuthorityCopy): void {
    bringUpToDate(this.#storage);
    this.#storage.kv.put(AUTHORITY, copy);
    this.#storage.kv.delete(INTENT);
    this.#copy = copy;
    this.#intent = null;
  }

  /** After a rolled-back write only the storage is right. */
  forget(): void {
    this.#copy = undefined;
    this.#intent = undefined;
  }
}
