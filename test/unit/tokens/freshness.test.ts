import { describe, expect, it } from "vitest";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { identifyCaller } from "../../../src/use-cases/tokens/identify-caller.ts";
import { introspectToken } from "../../../src/use-cases/tokens/introspect-token.ts";
import { verifyToken } from "../../../src/use-cases/tokens/verify-token.ts";
import { unwrapped } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { someActor, someId } from "../../support/samples.ts";

/**
 * A person with these roles now, whose roles grant `copy:…` by the copy at hand and `now:…` by D1.
 *
 * @property asked how old an answer about the account may be, in milliseconds
 */
async function signedIn(roles: readonly string[]) {
  const service = memoryService();
  const user = await service.register();
  const { accessToken } = await service.signIn(user.email);
  const asked: number[] = [];
  const authority = { roles, version: 2 };
  const granting = (where: string) => ({
    named: async (names: readonly string[]) =>
      new Map(
        names.map((name) => [name, { name, description: "", permissions: [`${where}:${name}`] }]),
      ),
  });
  const deps = {
    verifier: { verify: async (token: string): Promise<AccessTokenClaims> => JSON.parse(token) },
    liveness: {
      ask: async (_: AccessTokenClaims, maxAge: number) => {
        asked.push(maxAge);
        return authority;
      },
      askWithEmail: async () => authority,
    },
    catalogue: { ...service.deps.catalogue, ...granting("copy") },
    roles: { ...service.deps.roles, ...granting("now") },
    users: service.deps.users,
    clock: service.deps.clock,
  };
  return { service, user, deps, accessToken, asked };
}

describe("what roles grant", () => {
  it("is read from a copy, and from D1 alone where something is about to be changed", async () => {
    const { deps, accessToken } = await signedIn(["editor", "user"]);
    const verdict = async (rolesNow?: boolean) =>
      unwrapped(
        await verifyToken(deps, accessToken, {
          maxStaleness: 0,
          ...(rolesNow === undefined ? {} : { rolesNow }),
        }),
      ).permissions;
    expect(await verdict()).toEqual(["copy:editor", "copy:user"]);
    expect(await verdict(true)).toEqual(["now:editor", "now:user"]);
    const { claims } = unwrapped(await introspectToken(deps, someActor(), accessToken));
    expect(claims.permissions).toEqual(["copy:editor", "copy:user"]);
  });

  it("needs no look-up where all roles are built in: an administrator acts while D1 is away", async () => {
    const { deps, accessToken } = await signedIn(["admin", "user"]);
    const away = { named: () => Promise.reject(new Unavailable("d1")) };
    const withoutD1 = { ...deps, catalogue: { ...deps.catalogue, ...away } };
    const verdict = await verifyToken(withoutD1, accessToken, { maxStaleness: 0 });
    expect(unwrapped(verdict).permissions).toEqual(["*"]);
  });
});

it("how old the knowledge may be is told in seconds, and asked for in milliseconds", async () => {
  const { deps, accessToken, asked } = await signedIn(["user"]);
  for (const maxStaleness of [0, 30, "offline"] as const) {
    unwrapped(await verifyToken(deps, accessToken, { maxStaleness }));
  }
  expect(asked).toEqual([0, 30_000]);
});

it("the caller is the person in the session, or else the program", async () => {
  const { deps, user, accessToken } = await signedIn(["user"]);
  const claims: AccessTokenClaims = JSON.parse(accessToken);
  const person = unwrapped(await identifyCaller(deps, accessToken, false));
  expect(person).toMatchObject({ kind: "user", id: user.id, userId: user.id });
  expect(person).toMatchObject({ sessionId: claims.sid, roles: ["user"], accountAcr: "aal1" });
  const ask = async () => ({ roles: ["user"], version: 2, accountAcr: "aal2" }) as const;
  const strict = { ...deps, liveness: { ...deps.liveness, ask } };
  const owner = unwrapped(await identifyCaller(strict, accessToken, false));
  expect(owner).toMatchObject({ accountAcr: "aal2" });
  const { sid: _, ...rest } = { ...claims, sub: `svc_${someId()}` };
  const program = unwrapped(await identifyCaller(deps, JSON.stringify(rest), false));
  expect(program).toEqual({
    kind: "service",
    id: rest.sub,
    roles: ["user"],
    permissions: [],
  });
});

it("a mistake in the code is no unreadable name", async () => {
  const { deps, accessToken } = await signedIn(["user"]);
  const users = { findById: () => Promise.reject(new TypeError("a mistake")) };
  await expect(introspectToken({ ...deps, users }, someActor(), accessToken)).rejects.toThrow(
    TypeError,
  );
});
