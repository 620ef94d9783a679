import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { insertUser } from "../../support/client.ts";
import { DAY, HOUR, MINUTE, moveClock, SECOND, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  keyRows,
  kidOf,
  publishedKids,
  signInThrough,
  withoutKeys,
} from "../../support/signing-keys.ts";

/*
 * State that was made under one configuration meets another: what was promised to a client is
 * kept, and what was withdrawn is gone.
 */

type Vars = Record<string, string>;

let email: string;
beforeEach(async () => {
  stopClock();
  await withoutKeys();
  ({ email } = await insertUser(["admin", "user"]));
});
afterEach(() => {
  vi.useRealTimers();
});

/** The service as it starts anew under other vars. */
const under = (vars: Vars) => freshIsolate(vars);

async function tokenUnder(vars: Vars): Promise<string> {
  const reply = await signInThrough(under(vars), email);
  expect(reply.status).toBe(200);
  return reply.body.access_token;
}

/** A rotation asked for by hand. */
async function rotateUnder(vars: Vars): Promise<void> {
  const reply = await under(vars)("POST", "/v1/keys/rotate", { token: await tokenUnder(vars) });
  expect(reply.status).toBe(200);
}

const algOf = (token: string) => decodeProtectedHeader(token).alg;

const isAccepted = async (token: string, vars: Vars): Promise<boolean> =>
  (await under(vars)("GET", "/v1/users/me", { token })).status === 200;

const [ES256, EDDSA] = [{ SIGNING_ALG: "ES256" }, { SIGNING_ALG: "EdDSA" }];

it("an algorithm that was withdrawn before its key signed never signs", async () => {
  const first = await tokenUnder(ES256);
  await rotateUnder(EDDSA);
  const [, withdrawn = ""] = await publishedKids();
  await rotateUnder(ES256);
  expect(await publishedKids()).not.toContain(withdrawn);
  for (const later of [DAY - 1, 1, HOUR]) {
    moveClock(later);
    expect(algOf(await tokenUnder(ES256))).toBe("ES256");
  }
  expect(kidOf(await tokenUnder(ES256))).not.toBe(kidOf(first));
});

it("whoever signs withdraws it, though no cron runs and nobody rotates", async () => {
  const first = kidOf(await tokenUnder(ES256));
  await rotateUnder(EDDSA);
  await tokenUnder(ES256);
  await vi.waitFor(async () => expect((await keyRows())[1]?.revoked_at).not.toBeNull());
  moveClock(DAY);
  expect(kidOf(await tokenUnder(ES256))).toBe(first);
});

it("there, back and there again: the algorithm comes by a key of its own", async () => {
  await tokenUnder(ES256);
  await rotateUnder(EDDSA);
  const [, withdrawn] = await publishedKids();
  await rotateUnder(ES256);
  await rotateUnder(EDDSA);
  moveClock(DAY);
  const token = await tokenUnder(EDDSA);
  expect(algOf(token)).toBe("EdDSA");
  expect(kidOf(token)).not.toBe(withdrawn);
  expect(await isAccepted(token, EDDSA)).toBe(true);
});

it("a token lives as long as it was issued for, whatever tokens are issued for since", async () => {
  const [long, short] = [{ ACCESS_TOKEN_TTL: "86400" }, { ACCESS_TOKEN_TTL: "60" }];
  const token = await tokenUnder(long);
  await rotateUnder(short);
  moveClock(23 * HOUR);
  const last = await tokenUnder(long);
  expect(kidOf(last)).toBe(kidOf(token));
  moveClock(HOUR);
  expect(kidOf(await tokenUnder(short))).not.toBe(kidOf(token));
  await cron(short);
  moveClock(23 * HOUR - MINUTE);
  await cron(short);
  expect(await isAccepted(last, short)).toBe(true);
  const set = createLocalJWKSet((await under(short)("GET", "/.well-known/jwks.json")).body);
  await jwtVerify(last, set, { currentDate: new Date() });
  moveClock(2 * HOUR);
  await cron(short);
  expect(await publishedKids()).not.toContain(kidOf(token));
  expect(await isAccepted(last, short)).toBe(false);
});

it("a key signs when it was said to, whatever the durations are since", async () => {
  const first = await tokenUnder({});
  await rotateUnder({});
  const [, next] = await publishedKids();
  const others = [
    { KEY_PUBLISH_AHEAD: "600" },
    { KEY_PUBLISH_AHEAD: "604800" },
    { KEY_ROTATION_INTERVAL: "31536000" },
    { KEY_ROTATION_INTERVAL: "172800" },
  ];
  for (const vars of others) await cron(vars);
  moveClock(DAY - SECOND);
  for (const vars of others) expect(kidOf(await tokenUnder(vars))).toBe(kidOf(first));
  moveClock(SECOND);
  for (const vars of others) expect(kidOf(await tokenUnder(vars))).toBe(next);
  for (const vars of others) expect(await isAccepted(first, vars)).toBe(false); // it has expired
  expect(await publishedKids()).toContain(kidOf(first));
});

it("passwords are right under either engine, there and back", async () => {
  for (const engine of ["native", "noble", "native"]) await tokenUnder({ PASSWORD_SCRYPT: engine });
});
