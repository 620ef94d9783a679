import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import { freshEmail, insertUser } from "../../support/client.ts";
import { DAY, moveClock, stopClock } from "../../support/moving-clock.ts";
import {
  cron,
  freshIsolate,
  freshToken,
  keyRows,
  kidOf,
  publishedKids,
  withoutKeys,
} from "../../support/signing-keys.ts";
import { unguarded } from "../../support/unguarded.ts";

let email: string;
let log: ReturnType<typeof capturedLog>;

beforeEach(async () => {
  stopClock();
  await withoutKeys();
  ({ email } = await insertUser(["user"], freshEmail()));
  log = capturedLog();
});

afterEach(() => {
  log.stop();
  vi.useRealTimers();
});

/** Columns, and what somebody may have written into them by hand. */
const SPOILT: [column: string, value: string][] = [
  ["public_jwk", "{}"],
  ["public_jwk", "nonsense"],
  ["public_jwk", "null"],
  ["public_jwk", '{"kty":"EC","crv":"P-256","x":"x","y":"y"}'],
  ["public_jwk", `{"kty":"OKP","crv":"Ed25519","x":"${"x".repeat(43)}"}`],
  ["alg", "HS256"],
  ["created_at", "yesterday"],
  ["revoked_at", "never"],
];

const spoil = (column: string, value: string, kid: string) =>
  unguarded(() =>
    env.DB.prepare(`update signing_keys set ${column} = ? where kid = ?`).bind(value, kid).run(),
  );

const told = () =>
  log.lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter(({ event }) => /unreadable/.test(event));

const rowNotice = (kid: string, column: string) => ({
  level: "error",
  event: "row_unreadable",
  actor: { kind: "system", id: "auth-service" },
  table: "signing_keys",
  row: kid,
  column,
});

const statusWith = async (token: string) =>
  (await freshIsolate()("GET", "/v1/users/me", { token })).status;

it.each(SPOILT)(
  "the key that signs, by its %s (%s): another signs at once, and the log says so",
  async (column, value) => {
    const old = await freshToken(email);
    await spoil(column, value, kidOf(old));
    const fresh = await freshToken(email);
    expect(kidOf(fresh)).not.toBe(kidOf(old));
    expect(told()).toContainEqual(rowNotice(kidOf(old), column));
    const signing = {
      level: "warn",
      event: "signing_key_unreadable",
      actor: { kind: "system", id: "auth-service" },
      kid: kidOf(old),
    };
    expect(told()).toContainEqual(signing);
    expect([await statusWith(fresh), await statusWith(old)]).toEqual([200, 401]);
    expect(await publishedKids()).toEqual([kidOf(fresh)]);
    expect(kidOf(await freshToken(email))).toBe(kidOf(fresh));
  },
);

it.each(SPOILT)(
  "a key that waits, by its %s (%s), never signs: the cron makes another in its place",
  async (column, value) => {
    const old = await freshToken(email);
    moveClock(29.5 * DAY);
    await cron();
    const waiting = (await keyRows()).find(({ kid }) => kid !== kidOf(old))?.kid ?? "";
    await spoil(column, value, waiting);
    expect(kidOf(await freshToken(email))).toBe(kidOf(old));
    expect(told()).toContainEqual(rowNotice(waiting, column));
    await cron();
    expect(told().map(({ event }) => event)).not.toContain("signing_key_unreadable");
    const [, , third] = (await keyRows()).map(({ kid }) => kid);
    expect(await publishedKids()).toEqual([kidOf(old), third]);
    moveClock(2 * DAY);
    expect(kidOf(await freshToken(email))).toBe(third);
  },
);

it("a key that signed before: only its own tokens are refused", async () => {
  const old = await freshToken(email);
  moveClock(29.5 * DAY);
  await cron();
  moveClock(DAY);
  const fresh = await freshToken(email);
  await spoil("public_jwk", "{}", kidOf(old));
  expect(await statusWith(fresh)).toBe(200);
  expect(kidOf(await freshToken(email))).toBe(kidOf(fresh));
  await cron();
  expect(kidOf(await freshToken(email))).toBe(kidOf(fresh));
});

it("a key that was made whole again is what it was", async () => {
  const old = await freshToken(email);
  await cron();
  const { results } = await env.DB.prepare("select public_jwk from signing_keys").all();
  await spoil("public_jwk", "{}", kidOf(old));
  await freshToken(email);
  await spoil("public_jwk", String(results[0]?.["public_jwk"]), kidOf(old));
  expect(await statusWith(old)).toBe(200);
});
