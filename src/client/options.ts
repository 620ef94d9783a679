import { PERMISSION_FORM, parsePermission } from "../domain/access/permission.ts";

/**
 * The options of this library. They are checked and copied before anything is done with them: one
 * that is misspelt, undefined or of another type, or that changes later, would open what it was
 * meant to close.
 */

/**
 * How old the knowledge of revocation may be. `"offline"`: signature and claims only. A number of
 * seconds, a day at most: answers are remembered so long. `0`: the account is asked now, and the
 * claims carry its current roles and permissions.
 */
export type MaxStaleness = "offline" | number;

/** What crosses a service binding to `AuthRpc`. */
export type WireOptions = {
  readonly audience?: string;
  readonly permissions?: readonly string[];
  readonly maxStaleness?: MaxStaleness;
  readonly acr?: "aal1" | "aal2";
  readonly maxAge?: number;
};

/** A shape's own keys and no others, none of them undefined: what `Given` must be as well. */
export type Exact<Given, Shape> = {
  readonly [Key in keyof Given]: Key extends keyof Shape ? Known<Given, Key> : never;
};

/** An optional key may be left out; one that is there may not be undefined. */
type Known<Given, Key extends keyof Given> =
  Partial<Pick<Given, Key>> extends Pick<Given, Key>
    ? Given[Key]
    : undefined extends Given[Key]
      ? never
      : Given[Key];

/**
 * One option: what it must be, in words, and its parser, which answers undefined for anything else.
 */
type Field<T> = { readonly must: string; read(value: unknown): T | undefined };

export type Fields<Shape> = { readonly [Key in keyof Shape]-?: Field<Shape[Key]> };

/** Seconds: no token lives longer, so no answer is remembered for longer. */
const MAX_STALENESS = 24 * 60 * 60;
/** Seconds since a proof: no session lives longer. */
const MAX_AGE = 400 * 24 * 60 * 60;
/** Permissions that one call may ask for, in both options together. */
const MAX_PERMISSIONS = 100;

/**
 * The options of a call that may go without any. An argument that is `undefined` is a mistake,
 * since the caller meant to pass options; so is one too many.
 *
 * @param given the arguments from where the options stand
 * @throws TypeError when there are more
 */
export function optionsArgument(owner: string, given: readonly unknown[]): unknown {
  if (given.length > 1) throw new TypeError(`${owner}: nothing comes after the options`);
  return given.length === 0 ? {} : given[0];
}

/**
 * @param owner whose options these are, for the message
 * @returns a copy of them
 * @throws TypeError that names the option
 */
export function readOptions<Shape extends object>(
  owner: string,
  given: unknown,
  fields: Fields<Shape>,
): Partial<Shape> {
  if (!isPlainObject(given)) throw new TypeError(`${owner}: the options must be a plain object`);
  const copy: Partial<Shape> = {};
  for (const key of Reflect.ownKeys(given)) {
    if (!isFieldOf(fields, key)) {
      const known = Object.keys(fields).join(", ");
      throw new TypeError(`${owner}: there is no option "${String(key)}", only ${known}`);
    }
    const value = fields[key].read(Reflect.get(given, key));
    if (value === undefined) throw new TypeError(`${owner}: ${key} must be ${fields[key].must}`);
    copy[key] = value;
  }
  return copy;
}

/** A plain object: a Map, a Date or an instance does not hold its options as its own keys. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const isFieldOf = <Shape>(fields: Fields<Shape>, key: PropertyKey): key is keyof Shape & string =>
  typeof key === "string" && Object.hasOwn(fields, key);

/** An option that is one value, kept as it is. */
export const field = <T>(must: string, isGood: (value: unknown) => value is T): Field<T> => ({
  must,
  read: (value) => (isGood(value) ? value : undefined),
});

export const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "";

const isPermission = (value: unknown): value is string =>
  typeof value === "string" && parsePermission(value).ok;

const isAcr = (value: unknown): value is "aal1" | "aal2" => value === "aal1" || value === "aal2";

const isMaxAge = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= MAX_AGE;

const isStaleness = (value: unknown): value is MaxStaleness =>
  value === "offline" || (typeof value === "number" && value >= 0 && value <= MAX_STALENESS);

/** @param min how many it must name */
const permissionList = (min: number): Field<readonly string[]> => ({
  must: `a list of ${min} to ${MAX_PERMISSIONS} permissions: ${PERMISSION_FORM}`,
  read(value) {
    if (!Array.isArray(value)) return undefined;
    const list: unknown[] = Array.from(value); // a hole becomes undefined, and is refused
    if (list.length < min || list.length > MAX_PERMISSIONS) return undefined;
    return list.every(isPermission) ? Object.freeze(list) : undefined;
  },
});

/** What crosses the binding: the service reads it by the same rules that the library does. */
export const WIRE_FIELDS: Fields<WireOptions> = {
  audience: field("a non-empty string", isText),
  permissions: permissionList(0),
  maxStaleness: field(`"offline" or 0 to ${MAX_STALENESS} seconds`, isStaleness),
  acr: field('"aal1" or "aal2"', isAcr),
  maxAge: field(`0 to ${MAX_AGE} seconds`, isMaxAge),
};

/** What a verifier and a route have in common. */
export type Question = WireOptions & { readonly permission?: string };

/** @param leastPermissions how many a list of permissions must name */
export const questionFields = (leastPermissions: number): Fields<Question> => ({
  ...WIRE_FIELDS,
  permission: field(`a permission: ${PERMISSION_FORM}`, isPermission),
  permissions: permissionList(leastPermissions),
});

/**
 * The same question in the words of the binding, which knows a list of permissions only.
 *
 * @param owner whose options these are, for the message
 * @throws TypeError when the list comes to name too many
 */
export function wireOptions(
  owner: string,
  { permission, ...rest }: Partial<Question>,
): WireOptions {
  if (permission === undefined) return Object.freeze(rest);
  const { permissions = [] } = rest;
  if (permissions.length >= MAX_PERMISSIONS) {
    throw new TypeError(`${owner}: permissions and permission name more than ${MAX_PERMISSIONS}`);
  }
  return Object.freeze({ ...rest, permissions: Object.freeze([...permissions, permission]) });
}
