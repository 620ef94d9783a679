import { expect, it } from "vitest";
import { liveness } from "../../../src/core/memory/liveness.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { introspectToken } from "../../../src/use-cases/tokens/introspect-token.ts";
import { liveAuthority } from "../../../src/use-cases/tokens/live-authority.ts";
import { refusedBy, unwrapped } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { programService } from "../../support/program-service.ts";
import { someActor } from "../../support/samples.ts";

/** A person who is signed in, and what is asked about them, in order. */
async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const tokens = await service.signIn(user.email);
  const asked: string[] = [];
  const { sessions, users } = service.deps;
  const live = {
    sessions: {
      check: async (...args: Parameters<typeof sessions.check>) => {
        asked.push("the object is asked");
        const grant = await sessions.check(...args);
        asked.push("the object answers");
        return grant;
      },
    },
    programs: programService().deps.programs,
  };
  const deps = {
    ...service.deps,
    verifier: { verify: async (token: string): Promise<AccessTokenClaims> => JSON.parse(token) },
    liveness: liveness((claims) => liveAuthority(live, claims), service.deps.clock),
    users: {
      findById: (...args: Parameters<typeof users.findById>) => {
        asked.push("the row is asked for");
        return users.findById(...args);
      },
    },
  };
  const introspect = () => introspectToken(deps, someActor(), tokens.accessToken);
  return { service, user, asked, introspect };
}

it("introspection asks the user's object once, and for the name at the same time", async () => {
  const { user, asked, introspect } = await signedIn();
  const { claims, username } = unwrapped(await introspect());
  expect(claims).toMatchObject({ sub: user.id, roles: ["user"] });
  expect(username).toBe(user.id); // nobody verified the address
  expect(asked).toEqual(["the object is asked", "the row is asked for", "the object answers"]);
});

it("a token whose session has ended is not active, whatever its user is called", async () => {
  const { service, user, introspect } = await signedIn();
  await service.deps.sessions.endSessions(user.id, "all");
  expect(await introspect()).toEqual(refusedBy("invalid_token"));
});
