import type { FirstFactor } from "../assurance.ts";
import type { UserId } from "../ids.ts";

/** Milliseconds in which the second factor must follow the first. */
export const SECOND_FACTOR_LIFETIME = 5 * 60 * 1_000;

/** A sign-in whose first factor was right, as whoever began it holds it. */
export type SecondFactorFlow = {
  /** Random: the session that it opens is opened once. */
  readonly id: string;
  readonly userId: UserId;
  /** Of the account, whose first factor was right: any change of it ends the flow. */
  readonly accountVersion: number;
  readonly first: FirstFactor;
  /** Unix milliseconds. */
  readonly startedAt: number;
};
