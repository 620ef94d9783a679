import { MAX_ROLE_NAME_LENGTH } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";

declare const brand: unique symbol;

/** Lower-case letters, digits, `-` and `_`; begins with a letter, ends with a letter or digit. */
export type RoleName = string & { readonly [brand]: "RoleName" };

const NAME = new RegExp(`^[a-z](?:[a-z0-9_-]{0,${MAX_ROLE_NAME_LENGTH - 2}}[a-z0-9])?$`);

export function parseRoleName(input: string): Result<RoleName, "invalid_role_name"> {
  return NAME.test(input) ? ok(input as RoleName) : err("invalid_role_name");
}
