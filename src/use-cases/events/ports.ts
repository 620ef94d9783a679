import type { Actor } from "../../domain/access/actor.ts";
import type { SessionId, UserId } from "../../domain/ids.ts";

/** What an operator should hear of, and who did it or caused it. */
export type Notice = Happening & {
  /** The log shows its kind and id, nothing else. */
  readonly actor: Pick<Actor, "kind" | "id">;
};

/** Carries ids only, never what identifies a person. */
export type Happening =
  | {
      readonly event: "refresh_token_reused" | "refresh_token_replayed_elsewhere";
      readonly userId: UserId;
      readonly sessionId: SessionId;
    }
  | {
      readonly event:
        | "signing_key_created"
        | "signing_key_scheduled"
        | "signing_key_revoked"
        | "signing_key_withdrawn"
        | "signing_key_removed"
        | "signing_key_rewrapped"
        | "signing_key_unreadable"
        | "signing_key_overdue";
      readonly kid: string;
    }
  | {
      readonly event:
        | "signing_keys_stale"
        | "jwks_not_published"
        | "jwks_not_read"
        | "login_throttle_not_cleared";
    }
  | { readonly event: "password_hash_refused"; readonly userId: UserId }
  /** @property marks rows of own_changes that stood outside of any change of the service's own */
  | { readonly event: "own_changes_left_behind"; readonly marks: number }
  /**
   * A row that a list left out.
   *
   * @property row its id, or its `rowid 7` where the column holds anything else, perhaps an address
   * @property column the first that cannot be read
   */
  | {
      readonly event: "row_unreadable";
      readonly table: "users" | "service_accounts" | "signing_keys";
      readonly row: string;
      readonly column: string;
    };

export type Notify = (notice: Notice) => void;
