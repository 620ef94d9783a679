import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { toBase64, toBase64Url } from "../../../src/core/security/encoding.ts";
import { call, newUser, PASSWORD, refresh } from "../../support/client.ts";
import { dumpD1, dumpKv, dumpObject, userObject } from "../../support/storage.ts";
import { currentSigningKey, secretParts } from "../../support/tokens.ts";

/** A secret in every spelling that a store could hold it in. */
function spellings(bytes: Uint8Array): string[] {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [toBase64Url(bytes), toBase64(bytes), hex, hex.toUpperCase(), [...bytes].join(",")];
}

const secretsOf = (refreshToken: string): string[] => {
  const { secret, tag } = secretParts(refreshToken);
  return [refreshToken, refreshToken.slice(4), ...spellings(secret), ...spellings(tag)];
};

it("REF-10 a dump of every store holds hashes, and nothing that could be used", async () => {
  const user = await newUser();
  const rotated = await refresh(user.refreshToken);
  const replayed = await refresh(user.refreshToken);
  const newest = await refresh(rotated.body.refresh_token);
  await call("POST", "/v1/auth/login", {
    body: { email: user.email, password: "a wrong horse battery staple" },
  });

  const throttles = await listDurableObjectIds(env.LOGIN_THROTTLES);
  const dump = JSON.stringify([
    await dumpD1(),
    await dumpKv(),
    await dumpObject(userObject(user.id)),
    await Promise.all(throttles.map((id) => dumpObject(env.LOGIN_THROTTLES.get(id)))),
  ]);
  // The dump is whole: it shows what these stores are for.
  for (const id of [user.id, user.sessionId, user.email, "$scrypt-sha256$", "failures"]) {
    expect(dump).toContain(id);
  }
  const accessTokens = [user.accessToken, ...[rotated, replayed, newest].map(tokenOf)];
  const forbidden = [
    PASSWORD,
    "a wrong horse battery staple",
    ...accessTokens.flatMap((token) => [token, token.split(".")[2] ?? token]),
    ...[user.refreshToken, rotated.body.refresh_token, newest.body.refresh_token].flatMap(
      secretsOf,
    ),
    String(Reflect.get(env, "AUTH_SECRETS")).slice(3),
  ];
  expect(forbidden.filter((secret) => dump.includes(secret))).toEqual([]);
});

const tokenOf = (reply: { body: { access_token: string } }): string => reply.body.access_token;

it("REF-10 what is stored of a refresh token is a hash of 256 bits, of the newest two", async () => {
  const user = await newUser();
  const { refresh_token: second } = (await refresh(user.refreshToken)).body;
  const { refresh_token: third } = (await refresh(second)).body;
  const stored = await dumpObject(userObject(user.id));
  const sessions = Reflect.get(Object(stored["tables"]), "sessions");
  const hashes = await Promise.all(
    [third, second].map(async (token: string) => {
      const { secret } = secretParts(token);
      const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(secret));
      return toBase64Url(new Uint8Array(digest));
    }),
  );
  expect(sessions).toMatchObject([{ current_hash: hashes[0], previous_hash: hashes[1] }]);
});

it("KEY-08 the private half of a signing key is wrapped at rest", async () => {
  await newUser();
  const key = await currentSigningKey();
  const dump = JSON.stringify([await dumpD1(), await dumpKv()]);
  expect(dump).toContain(key.wrappedPrivate);
  expect(key.wrappedPrivate).toMatch(/^v1\.[A-Za-z0-9_-]{100,}$/);
  expect(Object.keys(key.publicJwk).sort()).toEqual(["crv", "kty", "x", "y"]);
  expect(dump).not.toMatch(/\\"d\\"|"d"/);
});
