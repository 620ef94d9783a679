import fc from "fast-check";
import * as z from "zod";
import { formatCursor } from "../../src/api/wire/cursor.ts";
import { EVENT_TYPES } from "../../src/domain/events/event.ts";

/*
 * Values for the schemas of the API: right ones, made from what a schema asks for and, where it
 * parses a text, from what a field of that name means; and the same broken in one place.
 */

const words = fc.array(fc.constantFrom("otter", "plunge", "zebra", "violin", "harbour", "comet"), {
  minLength: 4,
  maxLength: 6,
});
const passphrase = words.map((chosen) => chosen.join(" "));
const opaque = (prefix: string) =>
  fc.base64String({ minLength: 40, maxLength: 200 }).map((text) => prefix + text);
const userId = fc.constant("usr_AAAAAAAAAAAAAAAAAAAAAA");
const moment = fc
  .date({ min: new Date(0), max: new Date("2100-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Roles that a test must have made: a role that is not there is refused, too. */
export const ROLES = ["role-a", "role-b"];

/** By the name of the field, texts that it means; a schema takes those of them that suit it. */
const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  email: fc.emailAddress().filter((email) => z.email().safeParse(email).success),
  password: passphrase,
  current_password: passphrase,
  new_password: passphrase,
  name: fc.constantFrom("role-c", "ada", "a_b-c"),
  description: fc.constantFrom("", "What it is for.", "é"),
  roles: fc.constantFrom(...ROLES),
  permissions: fc.constantFrom("users:read", "keys:*", "reports:read"),
  permission: fc.constantFrom("users:read", "*"),
  refresh_token: opaque("rt1."),
  device: opaque("rt1."),
  token: opaque("mt1."),
  flow: opaque("cf1."),
  code: fc.constantFrom("00000000", "12345678", "123456"),
  totp: fc.constantFrom("000000", "123456"),
  recovery_code: fc.constantFrom("abcd-efgh-2345-6777", "ABCD EFGH 2345 6777"),
  second_factor_token: opaque("sf1."),
  challenge_token: opaque("ch1."),
  ...Object.fromEntries(
    [
      ...["id", "rawId", "clientDataJSON", "authenticatorData", "signature", "userHandle"],
      "attestationObject",
    ].map((name) => [name, fc.constantFrom("AAAA", "eyJ9")]),
  ),
  transports: fc.constantFrom("usb", "internal"),
  max_age: fc.integer({ min: 0, max: 86_400 }).map(String),
  revoke: fc.constant("A".repeat(43)),
  type: fc.constantFrom(...EVENT_TYPES, "session", "user.role"),
  since: moment,
  until: moment,
  cursor: fc.constantFrom(
    ...["usr_", "evt_"].map((kind) => formatCursor({ at: 1, id: `${kind}${"A".repeat(22)}` })),
  ),
  user_id: userId,
  subject_id: userId,
  actor_id: userId,
  limit: fc.integer({ min: 1, max: 100 }).map(String),
};

/** Fields whose values may stand in no reply. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  ...["password", "current_password", "new_password", "refresh_token", "device", "token"],
  ...["flow", "code", "totp", "recovery_code", "second_factor_token"],
  "challenge_token",
]);

type Fields = Readonly<Record<string, z.core.$ZodType>>;

export function fieldsOf(schema: z.core.$ZodType): Fields {
  if (schema instanceof z.ZodObject) return schema.shape;
  throw new Error("no schema of an object");
}

/** @throws for a field of a name or kind that no value is known for: it is then to be added here */
function valuesOf(name: string, schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return fc.option(valuesOf(name, schema.def.innerType), { nil: undefined, freq: 3 });
  }
  if (schema instanceof z.ZodNullable) {
    return fc.option(valuesOf(name, schema.def.innerType), { nil: null, freq: 3 });
  }
  if (schema instanceof z.ZodPipe) return valuesOf(name, schema.def.in);
  if (schema instanceof z.ZodArray) {
    return fc.uniqueArray(valuesOf(name, schema.def.element), { maxLength: 2 });
  }
  if (schema instanceof z.ZodObject) return rightValues(schema);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  const known = TEXTS[name];
  if (known === undefined) throw new Error(`no value is known for the field ${name}`);
  return known;
}

/** Objects that the schema takes, with and without what may be left out. */
export function rightValues(schema: z.ZodType): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(fieldsOf(schema)).map(([name, field]) =>
    valuesOf(name, field).map((value) => [name, value] as const),
  );
  return fc
    .tuple(...fields)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
    .filter((value) => schema.safeParse(value).success);
}

const OF_OTHER_TYPES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [null], { "0": "a" }],
  ...["", " ", "\0", "\ud800", "__proto__", "null", "\u202e", "x".repeat(1_025), "é".repeat(4_000)],
];

/** The same value, as what it is not, or with something before or behind it. */
function broken(value: unknown): unknown[] {
  const grown =
    typeof value === "string"
      ? [`${value}\0`, `${value}\ud800`, ` ${value}`, `${value}\n`, value + value.repeat(200)]
      : [];
  return [...OF_OTHER_TYPES, ...grown, [value], { value }];
}

/** Texts of the least and the greatest length that the schema takes, and one beyond each. */
function atBounds(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return atBounds(schema.def.innerType);
  }
  if (schema instanceof z.ZodNullable) return atBounds(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return atBounds(schema.def.in);
  if (!(schema instanceof z.ZodString)) return [];
  const bounds = [schema.minLength, schema.maxLength].filter((bound) => bound !== null);
  return bounds.flatMap((bound) =>
    [bound - 1, bound, bound + 1].map((length) => "x".repeat(Math.max(length, 0))),
  );
}

/** An object with one field that is wrong, or no field, or one that nobody knows. */
export type Broken = { readonly field: string; readonly value: Readonly<Record<string, unknown>> };

/** Every way in which one field of a right object can be wrong, by the schema's own judgement. */
export function brokenValues(schema: z.ZodType, right: Record<string, unknown>): Broken[] {
  const fields = Object.entries(fieldsOf(schema));
  const changed = fields.flatMap(([field, kind]) => [
    ...[...broken(right[field]), ...atBounds(kind)].map((value) => ({
      field,
      value: { ...right, [field]: value },
    })),
    { field, value: Object.fromEntries(Object.entries(right).filter(([key]) => key !== field)) },
  ]);
  const surplus = ["surplus", "constructor", "toString", "then", ""].map((field) => ({
    field,
    value: { ...right, [field]: "x" },
  }));
  return [...changed, ...surplus].filter(({ value }) => !schema.safeParse(value).success);
}
