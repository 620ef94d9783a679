import { describe, expect, it } from "vitest";
import { liveness } from "../../../src/core/memory/liveness.ts";
import { type Actor, ANYONE } from "../../../src/domain/access/actor.ts";
import { programOf } from "../../../src/domain/clients/service-account.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { issueClientToken } from "../../../src/use-cases/clients/issue-client-token.ts";
import { revokeToken } from "../../../src/use-cases/sessions/revoke-token.ts";
import { liveAuthority } from "../../../src/use-cases/tokens/live-authority.ts";
import { codeOf } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { CAUSE } from "../../support/samples.ts";

/** A person who is signed in, and a program, with whatever judges their tokens. */
async function everybody() {
  const service = memoryService();
  const programs = programService();
  const user = await service.register();
  const person = await service.signIn(user.email);
  const account = await programs.account(ADMIN_ACTOR);
  const live = { sessions: service.deps.sessions, programs: programs.deps.programs };
  const deps = {
    ...service.deps,
    verifier: {
      verify: async (token: string): Promise<AccessTokenClaims | null> =>
        token.startsWith("{") ? JSON.parse(token) : null,
    },
    liveness: liveness((claims) => liveAuthority(live, claims, false), service.deps.clock),
  };
  const found = await programs.deps.programs.find(account.id);
  if (found === null) throw new Error("the program was not made");
  const program = {
    id: account.id,
    token: (await issueClientToken(service.deps, programOf(found))).value.accessToken,
    remove: async () => {
      await programs.deps.serviceAccounts.remove(account.id, ADMIN_ACTOR, null);
      await programs.deps.programs.catchUp(account.id);
    },
  };
  const isSignedIn = async () =>
    (await service.deps.accounts.check(user.id, person.sessionId)) !== null;
  const revoke = async (actor: Actor, token: string) =>
    codeOf(await revokeToken(deps, actor, token));
  return { service, user, person, program, isSignedIn, revoke };
}

const service = (id: string, ...permissions: string[]): Actor => ({
  kind: "service",
  id,
  roles: [],
  permissions,
});

describe("revoking a token", () => {
  it.each(["refreshToken", "accessToken"] as const)(
    "a person's %s ends the session, by the client it was issued to",
    async (which) => {
      const { person, isSignedIn, revoke } = await everybody();
      expect(await revoke(ANYONE, person[which])).toBe("done");
      expect(await isSignedIn()).toBe(false);
      // RFC 7009, section 2.2: a dead token is no error.
      expect(await revoke(ANYONE, person[which])).toBe("done");
    },
  );

  it.each(["refreshToken", "accessToken"] as const)(
    "a person's %s is nothing that another client may end",
    async (which) => {
      const { person, program, isSignedIn, revoke } = await everybody();
      expect(await revoke(service(program.id), person[which])).toBe("forbidden");
      expect(await isSignedIn()).toBe(true);
    },
  );

  it("needs sessions:revoke for another client's, and is told as that client's act", async () => {
    const { service: stores, person, program, isSignedIn, revoke } = await everybody();
    const actor = service(program.id, "sessions:revoke");
    expect(await revoke(actor, person.refreshToken)).toBe("done");
    expect(await isSignedIn()).toBe(false);
    expect(stores.deps.accounts.events.at(-1)).toMatchObject({
      type: "session.revoked",
      actor: { kind: "service", id: program.id },
    });
  });

  it("REV-07 a dead token of another client is no error either, whoever asks", async () => {
    const { service: stores, user, person, program, revoke } = await everybody();
    await stores.deps.accounts.endSessions(user.id, "all", CAUSE);
    expect(await revoke(service(program.id), person.refreshToken)).toBe("done");
    expect(await revoke(service(program.id), person.accessToken)).toBe("done");
  });

  it("REV-07 nor is what was never a token", async () => {
    const { revoke, isSignedIn } = await everybody();
    expect(await revoke(ANYONE, "rt1.made-up")).toBe("done");
    expect(await isSignedIn()).toBe(true);
  });

  it("a program's own token has no session that could end", async () => {
    const { program, revoke } = await everybody();
    expect(await revoke(service(program.id), program.token)).toBe("no_session");
    expect(await revoke(ANYONE, program.token)).toBe("forbidden");
    await program.remove();
    expect(await revoke(ANYONE, program.token)).toBe("done");
  });
});
