import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { newUser as newUserSchema } from "../../../src/api/wire/accounts/users.ts";
import { AuthAdminRpc, AuthRpc } from "../../../src/index.ts";
import { newUser } from "../../support/client.ts";
import { adminRpc, invoke, rpc } from "../../support/rpc.ts";
import { brokenValues, rightValues } from "../../support/schema-values.ts";

const INVALID = { ok: false, code: "invalid_request" };
const NOBODY = `usr_${"A".repeat(22)}`;

let token: string;
beforeAll(async () => {
  token = (await newUser()).accessToken;
});

const methodsOf = ({ prototype }: { prototype: object }): string[] =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");

/** Whatever RPC carries that is data, some of it nearly right. */
const argument = (good: () => string) =>
  fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, maxDepth: 2 }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(NOBODY, `${NOBODY}\n`, "user", "users:read", "offline", "*"),
    fc.constant(null).map(good),
    fc.record(
      { audience: fc.string(), permissions: fc.array(fc.string()), maxStaleness: fc.double() },
      { requiredKeys: [] },
    ),
  );

type Answer = { readonly ok: boolean; readonly code?: string };

/** What cannot be sent reaches no method. */
function unsent(error: unknown): Answer {
  if (error instanceof Error && error.name === "DataCloneError") return INVALID;
  throw error;
}

it("API-01 no argument of any method of either entrypoint brings an exception to light", async () => {
  const callee = fc.constantFrom(
    ...methodsOf(AuthRpc).map((name) => ["AuthRpc", name] as const),
    ...methodsOf(AuthAdminRpc).map((name) => ["AuthAdminRpc", name] as const),
  );
  const admin = adminRpc({ caller: "fuzz", permissions: ["users:write", "sessions:revoke"] });
  const given = fc.array(
    argument(() => token),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(callee, given, async ([entrypoint, name], args) => {
      const stub = entrypoint === "AuthRpc" ? rpc : admin;
      const answer = (await invoke(stub, name, ...args).catch(unsent)) as Answer;
      expect(answer.ok).toBeTypeOf("boolean");
      // "unavailable" would be a mistake of ours: nothing is out of reach here.
      const codes = ["invalid_request", "invalid_token", "forbidden", "not_found"];
      if (!answer.ok) expect(codes).toContain(answer.code);
    }),
    { numRuns: 300 },
  );
});

it("API-01 an account is made of what its schema takes, and of nothing that is broken in one place", async () => {
  const admin = adminRpc({ caller: "fuzz", permissions: ["*"] });
  const rights = rightValues(newUserSchema).filter((value) => Object.keys(value).length === 4);
  const [right = {}] = fc.sample(rights, { numRuns: 1, seed: 3 });
  for (const { value } of brokenValues(newUserSchema, right)) {
    expect(await admin.createUser(value)).toEqual(INVALID);
  }
  const email = `fuzz.${crypto.randomUUID()}@example.com`;
  expect(await admin.createUser({ ...right, email, roles: [] })).toMatchObject({ ok: true });
});
