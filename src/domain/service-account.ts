import type { ServiceAccountId } from "./ids.ts";
import type { UserStatus } from "./user.ts";

/** A program that acts for itself (RFC 6749, section 4.4). Times are Unix milliseconds. */
export type ServiceAccount = {
  readonly id: ServiceAccountId;
  /** What operators call it. */
  readonly name: string;
  readonly status: UserStatus;
  readonly roles: readonly string[];
  /** Grows with every change to status or roles. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};
