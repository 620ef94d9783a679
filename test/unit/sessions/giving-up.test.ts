import { expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { authenticateUser } from "../../../src/use-cases/sessions/sign-in.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";

async function signedIn() {
  const service = memoryService();
  const { email } = await service.register();
  const { refreshToken } = await service.signIn(email);
  return { ...service, email, refreshToken };
}

it("a refresh whose user is given role after role ends as an outage, not in a loop", async () => {
  const { deps, refreshToken } = await signedIn();
  let asked = 0;
  const refresh = async () => {
    asked += 1;
    return { kind: "roles_wanted" as const, roles: [`role-${asked}`] };
  };
  const sessions = { ...deps.sessions, refresh };
  const refreshed = rotateRefreshToken({ ...deps, sessions }, ANYONE, refreshToken);
  await expect(refreshed).rejects.toMatchObject({ name: "Unavailable", dependency: "roles" });
  expect(asked).toBe(3);
});

it("a refresh whose answer names a secret that is not known here is an outage", async () => {
  const { deps, refreshToken } = await signedIn();
  const refresh: typeof deps.sessions.refresh = async (...args) => {
    const answer = await deps.sessions.refresh(...args);
    return "grant" in answer ? { ...answer, secretVersion: 9 } : answer;
  };
  const sessions = { ...deps.sessions, refresh };
  const refreshed = rotateRefreshToken({ ...deps, sessions }, ANYONE, refreshToken);
  await expect(refreshed).rejects.toMatchObject({ name: "Unavailable", dependency: "secrets" });
});

it("a sign-in whose account changes faster than it is read ends as an outage", async () => {
  const { deps, email } = await signedIn();
  let opened = 0;
  const openSession = async () => {
    opened += 1;
    return { kind: "stale" as const };
  };
  const sessions = { ...deps.sessions, openSession };
  const input = { email, password: PASSWORD, deviceToken: null };
  const signedInAgain = authenticateUser({ ...deps, sessions }, ANYONE, input);
  await expect(signedInAgain).rejects.toMatchObject({
    name: "Unavailable",
    dependency: "account row",
  });
  expect(opened).toBe(2);
});
