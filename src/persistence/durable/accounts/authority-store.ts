import type { Authority } from "../../../domain/accounts/authority.ts";

/** What the object knows of its user. */
export type AuthorityCopy = {
  readonly authority: Authority;
  /** When D1 last said so, in Unix milliseconds. */
  readonly checkedAt: number;
  /** The change that made this version, so that one asked for twice is made once. */
  readonly changeId: string;
  /** When a tombstone may go: no token that names the user can be alive then. */
  readonly forgetAt: number | null;
};

/** A change that was begun: what a restart needs to find out how it ended. */
export type Intent = { readonly changeId: string; readonly base: number };

const AUTHORITY = "authority";
const INTENT = "intent";

/**
 * The object's own copy of the authority, remembered beside the storage that nobody else writes:
 * every call begins by looking at it. Every call here is synchronous.
 */
export class AuthorityStore {
  readonly #kv: SyncKvStorage;
  #copy: AuthorityCopy | null | undefined;
  #intent: Intent | null | undefined;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  copy(): AuthorityCopy | null {
    if (this.#copy === undefined) this.#copy = this.#kv.get<AuthorityCopy>(AUTHORITY) ?? null;
    return this.#copy;
  }

  intent(): Intent | null {
    if (this.#intent === undefined) this.#intent = this.#kv.get<Intent>(INTENT) ?? null;
    return this.#intent;
  }

  begin(intent: Intent): void {
    this.#kv.put(INTENT, intent);
    this.#intent = intent;
  }

  /** Takes an authority as read now, which settles whatever was begun. */
  settle(copy: AuthorityCopy): void {
    this.#kv.put(AUTHORITY, copy);
    this.#kv.delete(INTENT);
    this.#copy = copy;
    this.#intent = null;
  }

  /** After a write that was taken back, only the storage knows. */
  forget(): void {
    this.#copy = undefined;
    this.#intent = undefined;
  }
}
