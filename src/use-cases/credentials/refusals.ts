import type { PasswordWeakness } from "../../domain/credentials/password.ts";

/** Too many wrong tries. */
export type Throttled = {
  readonly code: "throttled";
  /** Milliseconds. */
  readonly retryAfter: number;
};

export type WeakPassword = {
  readonly code: "weak_password";
  readonly weakness: PasswordWeakness;
};
