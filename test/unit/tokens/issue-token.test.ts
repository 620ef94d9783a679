import { expect, it } from "vitest";
import { BUILT_IN_CATALOGUE } from "../../../src/domain/access/role.ts";
import { openedByPassword } from "../../../src/domain/sessions/opened-with.ts";
import { issueToken } from "../../../src/use-cases/tokens/issue-token.ts";
import { CLIENT, SECOND, someId, someSessionId, someUserId } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1) + 999;
const TTL = 600;

/** The tokens of a session that ends after so many milliseconds, and what the access token says. */
async function issued(endsAfter: number, audience: string | null = null) {
  const [userId, sessionId] = [someUserId(), someSessionId()];
  const deps = {
    clock: () => NOW,
    newTokenId: someId,
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
    accessTokenTtl: TTL * SECOND,
  };
  const tokens = await issueToken(deps, {
    sign: async (claims) => JSON.stringify(claims),
    roles: BUILT_IN_CATALOGUE,
    userId,
    sessionId,
    grant: {
      ...openedByPassword(CLIENT, NOW - 5 * SECOND),
      audience,
      authority: { status: "active", roles: ["admin", "user"], version: 7, passwordSetAt: 0 },
      createdAt: NOW,
      expiresAt: NOW + endsAfter,
    },
    refreshToken: "rt1.text",
  });
  return { tokens, claims: JSON.parse(tokens.accessToken), userId, sessionId };
}

it("an access token lives as long as is configured, and no longer than its session", async () => {
  for (const [endsAfter, expiresIn, refreshExpiresIn] of [
    [3_600 * SECOND, TTL, 3_600],
    [(TTL + 1) * SECOND, TTL, TTL + 1],
    [90 * SECOND + 999, 90, 90],
    [0, 0, 0],
    [-SECOND, 0, 0],
  ] as const) {
    const { tokens, claims } = await issued(endsAfter);
    expect(tokens).toMatchObject({ expiresIn, refreshExpiresIn });
    expect(claims.exp - claims.iat).toBe(expiresIn);
  }
});

it("its claims are whole seconds and those of the session, for the audience it was opened for", async () => {
  const { tokens, claims, userId, sessionId } = await issued(3_600 * SECOND);
  const iat = Math.floor(NOW / SECOND);
  expect(claims).toEqual({
    iss: "https://auth.example.com",
    sub: userId,
    aud: "https://api.example.com",
    exp: iat + TTL,
    iat,
    jti: claims.jti,
    client_id: CLIENT,
    sid: sessionId,
    ver: 7,
    auth_time: iat - 5,
    amr: ["pwd"],
    acr: "aal1",
    roles: ["admin", "user"],
    permissions: ["*"],
  });
  expect(tokens).toMatchObject({ refreshToken: "rt1.text", sessionId });
  const other = await issued(3_600 * SECOND, "https://other.example.com");
  expect(other.claims.aud).toBe("https://other.example.com");
});
