import { expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { openedByPassword } from "../../../src/domain/sessions/opened-with.ts";
import type { NewSession } from "../../../src/use-cases/sessions/ports.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { memoryService } from "../../support/memory-service.ts";
import { CAUSE, DAY, someSession } from "../../support/samples.ts";

/** The claims that a refresh gives, in a session that was opened so. */
async function refreshed(given: Partial<NewSession>) {
  const { deps, register } = memoryService();
  const user = await register();
  const sessionId = deps.newSessionId();
  const first = deps.refreshTokens.first(user.id, sessionId, deps.random(32));
  const token = { hash: deps.refreshTokens.hash(first), secretVersion: first.version };
  const seen = authorityOf(user);
  await deps.accounts.openSession(user.id, {
    ...someSession({ ...given, sessionId, token }),
    seen,
    second: null,
    cause: CAUSE,
  });
  const tokens = await rotateRefreshToken(deps, ANYONE, deps.refreshTokens.format(first));
  return tokens.ok ? JSON.parse(tokens.value.accessToken) : tokens.error;
}

it("a password alone is one factor, and amounts to no more (NIST SP 800-63B)", () => {
  expect(openedByPassword("a client", 1)).toMatchObject({ amr: ["pwd"], acr: "aal1" });
});

it("a person's sign-in is by password, for the first party and the configured audience", async () => {
  const { deps, register, signIn, advance } = memoryService();
  const { email } = await register();
  const signedInAt = deps.clock() / 1_000;
  const { accessToken, refreshToken: text } = await signIn(email);
  const claims = JSON.parse(accessToken);
  const { amr, client_id, aud, auth_time } = claims;
  expect([amr, client_id, aud, auth_time]).toEqual([
    ["pwd"],
    "first-party",
    deps.audience,
    signedInAt,
  ]);
  advance(DAY);
  const later = await rotateRefreshToken(deps, ANYONE, text);
  if (!later.ok) throw new Error("the token was refused");
  const { iat } = JSON.parse(later.value.accessToken);
  expect(JSON.parse(later.value.accessToken)).toMatchObject({ amr, client_id, aud, auth_time });
  expect(iat).toBe(signedInAt + DAY / 1_000);
});

it("tokens say what their session was opened with", async () => {
  const claims = await refreshed({
    amr: ["pwd", "otp", "mfa"],
    acr: "aal2",
    authTime: 1_000_000,
    audience: "https://another.example.com",
  });
  expect(claims).toMatchObject({
    amr: ["pwd", "otp", "mfa"],
    acr: "aal2",
    auth_time: 1_000,
    aud: "https://another.example.com",
    client_id: "first-party",
  });
});

it("a refresh token that was issued to another client is refused", async () => {
  expect(await refreshed({ clientId: "another" })).toBe("invalid_refresh_token");
});
