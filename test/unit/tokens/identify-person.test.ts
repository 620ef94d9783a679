import { describe, expect, it } from "vitest";
import { liveness } from "../../../src/core/memory/liveness.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { identifyPerson } from "../../../src/use-cases/tokens/identify-person.ts";
import { liveAuthority } from "../../../src/use-cases/tokens/live-authority.ts";
import { refusedBy } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { programService } from "../../support/program-service.ts";
import { CAUSE } from "../../support/samples.ts";

/** Somebody who is signed in, and a verifier that takes their tokens. */
async function signedIn() {
  const service = memoryService();
  const user = await service.register();
  const { accessToken, sessionId } = await service.signIn(user.email);
  const { programs } = programService().deps;
  const { sessions, clock } = service.deps;
  const deps = {
    verifier: {
      verify: async (token: string): Promise<AccessTokenClaims | null> =>
        token === "" ? null : JSON.parse(token),
    },
    liveness: liveness((claims) => liveAuthority({ sessions, programs }, claims, false), clock),
  };
  return { service, user, accessToken, sessionId, deps };
}

describe("whoever is behind a token, where no permission is needed", () => {
  it("is the person in the session, without what they may do", async () => {
    const { service, user, accessToken, sessionId, deps } = await signedIn();
    const person = { id: user.id, userId: user.id, sessionId };
    expect(await identifyPerson(deps, accessToken)).toEqual({
      ok: true,
      value: {
        kind: "user",
        ...person,
        roles: ["user"],
        permissions: [],
        proved: { amr: ["pwd"], acr: "aal1", authTime: service.deps.clock() },
        accountAcr: "aal1",
        permissionsAtAal2: [],
      },
    });
  });

  it("is nobody once the session has ended, nor by a token that is no good", async () => {
    const { service, user, accessToken, deps } = await signedIn();
    expect(await identifyPerson(deps, "")).toEqual(refusedBy("invalid_token"));
    await service.deps.sessions.endSessions(user.id, "all", CAUSE);
    expect(await identifyPerson(deps, accessToken)).toEqual(refusedBy("invalid_token"));
  });

  it("is no program", async () => {
    const { accessToken, deps } = await signedIn();
    const { sid: _, ...claims } = JSON.parse(accessToken);
    const ofProgram = JSON.stringify({ ...claims, sub: `svc_${"A".repeat(22)}` });
    expect(await identifyPerson(deps, ofProgram)).toEqual(refusedBy("invalid_token"));
  });
});
