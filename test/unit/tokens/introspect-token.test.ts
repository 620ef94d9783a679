import { expect, it } from "vitest";
import { liveness } from "../../../src/core/memory/liveness.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { introspectToken } from "../../../src/use-cases/tokens/introspect-token.ts";
import { liveAuthority } from "../../../src/use-cases/tokens/live-authority.ts";
import { refusedBy, unwrapped } from "../../support/answers.ts";
import { plainHasher } from "../../support/fakes/password-hasher.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";
import { programService } from "../../support/program-service.ts";
import { CAUSE, someActor, someUser } from "../../support/samples.ts";

type Sessions = ReturnType<typeof memoryService>["deps"]["sessions"];

/**
 * A person who is signed in, and what is asked about them, in order.
 *
 * @param objects what answers for the users' objects
 */
async function signedIn({ emailVerified = false, objects = (all: Sessions) => all } = {}) {
  const service = memoryService();
  const { users } = service.deps;
  const user = someUser({ emailVerified, passwordHash: await plainHasher.hash(PASSWORD) });
  await users.create(user);
  const tokens = await service.signIn(user.email);
  const asked: string[] = [];
  const sessions = objects(service.deps.sessions);
  const d1 = { isAway: false };
  const live = {
    sessions: {
      check: async (...args: Parameters<typeof sessions.check>) => {
        asked.push("the object");
        return sessions.check(...args);
      },
    },
    programs: programService().deps.programs,
  };
  const deps = {
    ...service.deps,
    verifier: { verify: async (token: string): Promise<AccessTokenClaims> => JSON.parse(token) },
    liveness: liveness(
      (claims, withEmail) => liveAuthority(live, claims, withEmail),
      service.deps.clock,
    ),
    users: {
      findById: (...args: Parameters<typeof users.findById>) => {
        asked.push("the row");
        return d1.isAway ? Promise.reject(new Unavailable("d1")) : users.findById(...args);
      },
    },
  };
  const introspect = () => introspectToken(deps, someActor(), tokens.accessToken);
  return { service, user, asked, d1, introspect };
}

/** Objects with older code, which know no address. */
const olderObjects = (all: Sessions): Sessions => ({
  ...all,
  check: (userId, sessionId) => all.check(userId, sessionId),
});

it.each([true, false])(
  "the user's object, asked once, says what its user is called: verified is %s",
  async (emailVerified) => {
    const { user, asked, introspect } = await signedIn({ emailVerified });
    const { claims, username } = unwrapped(await introspect());
    expect(claims).toMatchObject({ sub: user.id, roles: ["user"] });
    expect(username).toBe(emailVerified ? user.email : user.id);
    expect(asked).toEqual(["the object"]);
  },
);

it.each([true, false])(
  "CFW-17 where the object does not know, the row says it: verified is %s",
  async (emailVerified) => {
    const { user, asked, introspect } = await signedIn({ emailVerified, objects: olderObjects });
    expect(unwrapped(await introspect()).username).toBe(emailVerified ? user.email : user.id);
    expect(asked).toEqual(["the object", "the row"]);
  },
);

it("a name that can be read nowhere costs the name, not the verdict", async () => {
  const { user, d1, introspect } = await signedIn({ emailVerified: true, objects: olderObjects });
  d1.isAway = true;
  const { claims, username } = unwrapped(await introspect());
  expect([claims.sub, username]).toEqual([user.id, undefined]);
});

it("no claim holds the address", async () => {
  const { user, introspect } = await signedIn({ emailVerified: true });
  expect(JSON.stringify(unwrapped(await introspect()).claims)).not.toContain(user.email);
});

it("a token whose session has ended is not active, whatever its user is called", async () => {
  const { service, user, introspect } = await signedIn();
  await service.deps.sessions.endSessions(user.id, "all", CAUSE);
  expect(await introspect()).toEqual(refusedBy("invalid_token"));
});
