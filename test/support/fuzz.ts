import fc from "fast-check";
import type { Route } from "./matrix.ts";
import { inputsOf } from "./route-inputs.ts";
import { fieldsOf } from "./schema-values.ts";

/** Every name that some body or query knows, and some that objects bring along. */
const names = fc.constantFrom(
  ...["email", "password", "name", "refresh_token", "current_password", "new_password", "roles"],
  ...["token", "flow", "code"],
  ...["status", "permissions", "description", "revoke", "scope", "cursor", "limit", "user_id"],
  ...["type", "since", "until", "format", "subject_id", "actor_id"],
  ...["__proto__", "constructor", "hasOwnProperty", "toString", "then", "toJSON", "length", ""],
);

const strings = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }), // lone surrogates and all
  fc.emailAddress(),
  fc.constantFrom("active", "disabled", "*", "users:read", "user", "admin", "..", "\0", "\ud800"),
  fc.constantFrom("' or 1=1 --", "usr_AAAAAAAAAAAAAAAAAAAAAA", "rt1.", "A".repeat(43), "null"),
  fc.constant("x".repeat(3_000)),
);

const numbers = fc.oneof(
  fc.double(),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(Number),
  fc.constantFrom(0, -0, -1, 1e308, Number.MAX_SAFE_INTEGER),
);

const { json: anything } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    strings,
    numbers,
    fc.constantFrom(null, true, false),
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(names, strings), tie("json"), { maxKeys: 5 }),
  ),
}));

/** Objects as entries, so that `__proto__` is a key like any other. */
const jsonOf = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v) ?? 0}`).join()}}`;

const anyObject = fc.array(fc.tuple(names, anything), { maxLength: 6 }).map(jsonOf);

const words = fc.array(fc.constantFrom("otter", "plunge", "zebra", "violin", "harbour", "comet"), {
  minLength: 4,
  maxLength: 6,
});
const passphrase = words.map((chosen) => chosen.join(" "));

/** Values that are right for a field of that name, for some route at least. */
const right: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  email: fc.emailAddress(),
  password: passphrase,
  current_password: passphrase,
  new_password: passphrase,
  name: fc.constantFrom("role-a", "role-b", "Ada"),
  status: fc.constantFrom("active", "disabled"),
  roles: fc.subarray(["user", "role-a", "role-b"]),
  permissions: fc.subarray(["users:read", "keys:*", "reports:read"]),
  description: fc.string({ maxLength: 80 }),
  refresh_token: fc.base64String({ minLength: 20, maxLength: 200 }).map((text) => `rt1.${text}`),
  token: fc.base64String({ minLength: 20, maxLength: 200 }).map((text) => `mt1.${text}`),
  flow: fc.base64String({ minLength: 20, maxLength: 600 }).map((text) => `cf1.${text}`),
  code: fc.constantFrom("00000000", "12345678"),
  revoke: fc.constant("A".repeat(43)),
};

/** What the route's schema asks for, with now and then a field that is wrong, absent or too much. */
export function shaped(route: Route): fc.Arbitrary<string> {
  const { body } = inputsOf(route);
  const fields = body === null ? [] : Object.keys(fieldsOf(body));
  const members = fields.map((field) =>
    fc.oneof(
      { weight: 10, arbitrary: (right[field] ?? anything).map((value) => [[field, value]]) },
      { weight: 2, arbitrary: anything.map((value) => [[field, value]]) },
      { weight: 2, arbitrary: fc.constant([]) },
    ),
  );
  const surplus = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(names, anything).map((entry) => [entry]) },
  );
  return fc.tuple(...members, surplus).map((parts) => jsonOf(parts.flat() as [string, unknown][]));
}

const nested = fc
  .tuple(fc.constantFrom("[", '{"a":', '{"email":'), fc.integer({ min: 1, max: 4_000 }))
  .map(([open, depth]) => open.repeat(depth).slice(0, 16_000));

export const wild = fc.oneof(
  { weight: 3, arbitrary: anyObject },
  { weight: 3, arbitrary: anything.map((value) => JSON.stringify(value) ?? "") },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: nested.map((text) => text + "]".repeat(text.length)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) }, // malformed
  { weight: 1, arbitrary: fc.constantFrom("", "{", "NaN", "1e999", '{"a":1,"a":2}', "\ufeff{}") },
  { weight: 1, arbitrary: fc.constant(`{"name":"${"x".repeat(20_000)}"}`) },
);

export const types = fc.oneof(
  { weight: 8, arbitrary: fc.constant("application/json") },
  { weight: 1, arbitrary: fc.constantFrom("application/json; charset=utf-8", "Application/JSON") },
  { weight: 1, arbitrary: fc.constantFrom("text/plain", "multipart/form-data", "", "a", ";,/") },
);

export const queries = fc
  .array(fc.tuple(fc.oneof(names, strings), strings), { maxLength: 4 })
  .map((pairs) => pairs.map(([k, v]) => `${k.toWellFormed()}=${v.toWellFormed()}`).join("&"))
  .chain((query) => fc.constantFrom("", "", query, encodeURI(query), encodeURIComponent(query)));

export const segments = fc.oneof(
  strings.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom("usr_AAAAAAAAAAAAAAAAAAAAAA", "me", "user", "admin", "%", "%00", "%E0%A4%A"),
);

/** The paths of the routes, each parameter replaced. */
export const pathOf = ({ path }: Route) =>
  fc
    .array(segments, { minLength: 2, maxLength: 2 })
    .map((filled) => path.replace(/:[a-z]+/g, () => filled.pop() || "x"));
