import { expect, it } from "vitest";
import { ROLES_MAX_AGE } from "../../../src/core/config/constants.ts";
import { liveness, MAX_REMEMBERED_VERDICTS } from "../../../src/core/memory/liveness.ts";
import { serviceAccountIdOf } from "../../../src/domain/ids.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import type { LiveAccount, LiveAuthority } from "../../../src/use-cases/tokens/ports.ts";
import { CLAIMS } from "../../support/model-tokens.ts";
import { SECOND, someEmail, someId, someSessionId, someUserId } from "../../support/samples.ts";

const LIVE: LiveAuthority = { roles: ["user"], version: 1 };
const DEMOTED: LiveAuthority = { roles: [], version: 2 };

/** Accounts that answer as told, and count how often they are asked. */
function accounts() {
  const time = { now: 1_000_000 };
  const asked: AccessTokenClaims[] = [];
  const truth = { answer: LIVE as LiveAccount | null };
  const memory = liveness(
    async (claims) => {
      asked.push(claims);
      return truth.answer;
    },
    () => time.now,
  );
  return { memory, time, asked, truth };
}

/** Accounts whose answers arrive when the test says so. */
function slowAccounts() {
  const time = { now: 1_000_000 };
  const waiting: ((answer: LiveAuthority | null) => void)[] = [];
  const memory = liveness(
    () => new Promise((resolve) => waiting.push(resolve)),
    () => time.now,
  );
  return { memory, time, waiting };
}

const session = (): AccessTokenClaims => ({ ...CLAIMS, sub: someUserId(), sid: someSessionId() });

function serviceToken(): AccessTokenClaims {
  const sub = serviceAccountIdOf(someId());
  const { sid: _, ...claims } = CLAIMS;
  return { ...claims, sub, client_id: sub };
}

it.each([
  ["a session", session()],
  ["a service account", serviceToken()],
])(
  "an answer about %s is remembered for as long as the caller takes it, no longer",
  async (_, claims) => {
    const { memory, time, asked, truth } = accounts();
    expect(await memory.ask(claims, 10 * SECOND)).toEqual(LIVE);
    truth.answer = DEMOTED;
    time.now += 10 * SECOND - 1;
    expect(await memory.ask(claims, 10 * SECOND)).toEqual(LIVE);
    expect(asked).toHaveLength(1);
    time.now += 1;
    expect(await memory.ask(claims, 10 * SECOND)).toEqual(DEMOTED);
    expect(asked).toHaveLength(2);
  },
);

it("what a program may do is remembered no longer than a copy of what roles grant", async () => {
  const { memory, time, asked, truth } = accounts();
  const claims = serviceToken();
  truth.answer = { ...LIVE, program: { permissions: ["reports:read"], tokensFrom: 1 } };
  await memory.ask(claims, 3_600 * SECOND);
  time.now += ROLES_MAX_AGE - 1;
  await memory.ask(claims, 3_600 * SECOND);
  expect(asked).toHaveLength(1);
  time.now += 1;
  await memory.ask(claims, 3_600 * SECOND);
  expect(asked).toHaveLength(2);
});

it("the age counts from the question, not from the answer", async () => {
  const { memory, time, waiting } = slowAccounts();
  const claims = session();
  const first = memory.ask(claims, 10 * SECOND);
  time.now += 9 * SECOND;
  waiting[0]?.(LIVE);
  await first;
  time.now += SECOND;
  const second = memory.ask(claims, 10 * SECOND);
  expect(waiting).toHaveLength(2);
  waiting[1]?.(null);
  expect(await second).toBeNull();
});

it("0 asks every time", async () => {
  const { memory, asked } = accounts();
  const claims = session();
  for (const _ of [1, 2, 3]) await memory.ask(claims, 0);
  expect(asked).toHaveLength(3);
});

it("an answer that says dead, asked for now, also ends the remembered one", async () => {
  const { memory, asked, truth } = accounts();
  const claims = session();
  await memory.ask(claims, 60 * SECOND);
  truth.answer = null;
  expect(await memory.ask(claims, 0)).toBeNull();
  expect(await memory.ask(claims, 60 * SECOND)).toBeNull();
  expect(asked).toHaveLength(2);
});

it("an address is asked for every time, and is in no answer that is remembered", async () => {
  const { memory, asked, truth } = accounts();
  const claims = session();
  truth.answer = { ...LIVE, verifiedEmail: someEmail() };
  for (const _ of [1, 2]) expect(await memory.askWithEmail(claims)).toEqual(truth.answer);
  expect(asked).toHaveLength(2);
  expect(await memory.ask(claims, 60 * SECOND)).toEqual(LIVE);
  truth.answer = null;
  expect(await memory.askWithEmail(claims)).toBeNull();
  expect(await memory.ask(claims, 60 * SECOND)).toBeNull();
  expect(asked).toHaveLength(3);
});

it("a caller who takes less than another is not given the other's older answer", async () => {
  const { memory, time, asked } = accounts();
  const claims = session();
  await memory.ask(claims, 60 * SECOND);
  time.now += 5 * SECOND;
  await memory.ask(claims, 5 * SECOND);
  expect(asked).toHaveLength(2);
  await memory.ask(claims, 60 * SECOND);
  expect(asked).toHaveLength(2);
});

it.each([
  ["in the same millisecond", 0],
  ["later", SECOND],
  ["after the clock jumped back", -SECOND],
])("an answer that arrives late does not replace one that was asked for %s", async (_, moved) => {
  const { memory, time, waiting } = slowAccounts();
  const claims = session();
  const early = memory.ask(claims, 0);
  time.now += moved;
  const late = memory.ask(claims, 0);
  waiting[1]?.(null);
  expect(await late).toBeNull();
  waiting[0]?.(LIVE);
  expect(await early).toEqual(LIVE);
  expect(await memory.ask(claims, 60 * SECOND)).toBeNull();
  expect(waiting).toHaveLength(2);
});

it("CFW-15 a clock that jumped back makes an answer's age unknown, so the account is asked", async () => {
  const { memory, time, asked, truth } = accounts();
  const claims = session();
  await memory.ask(claims, 60 * SECOND);
  truth.answer = null;
  time.now -= 3_600 * SECOND;
  expect(await memory.ask(claims, 60 * SECOND)).toBeNull();
  // When the clock has caught up, what was said before the jump is not believed again.
  time.now += 3_601 * SECOND;
  expect(await memory.ask(claims, 2 * 3_600 * SECOND)).toBeNull();
  expect(asked).toHaveLength(2);
});

it("CFW-16 two users, two sessions of one user and two service accounts never mix", async () => {
  const { memory, asked } = accounts();
  const mine = session();
  const many = [
    mine,
    { ...mine, sid: someSessionId() },
    // Nobody else's session can be one's own; were it claimed, it would be judged by itself.
    { ...mine, sub: someUserId() },
    session(),
    serviceToken(),
    serviceToken(),
  ];
  for (const claims of many) await memory.ask(claims, 60 * SECOND);
  expect(asked).toEqual(many);
  for (const claims of many) await memory.ask(claims, 60 * SECOND);
  expect(asked).toHaveLength(many.length);
});

it("an outage is handed on and remembered as nothing", async () => {
  const outage = new Error("the account did not answer");
  let fails = true;
  const memory = liveness(
    async () => {
      if (fails) throw outage;
      return LIVE;
    },
    () => 0,
  );
  const claims = session();
  await expect(memory.ask(claims, 60 * SECOND)).rejects.toBe(outage);
  fails = false;
  expect(await memory.ask(claims, 60 * SECOND)).toEqual(LIVE);
});

it("CFW-07 the memory is bounded, and drops what was asked longest ago", async () => {
  const { memory, asked } = accounts();
  const [first, second] = [session(), session()];
  await memory.ask(first, 60 * SECOND);
  await memory.ask(second, 60 * SECOND);
  await memory.ask(first, 0); // now the second is the oldest
  for (let i = 0; i < MAX_REMEMBERED_VERDICTS - 1; i++) await memory.ask(session(), 60 * SECOND);
  const before = asked.length;
  await memory.ask(first, 60 * SECOND);
  expect(asked).toHaveLength(before);
  await memory.ask(second, 60 * SECOND);
  expect(asked).toHaveLength(before + 1);
});
