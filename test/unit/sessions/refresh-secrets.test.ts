import { expect, it } from "vitest";
import { refreshTokenCodec } from "../../../src/core/security/refresh-token-codec.ts";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { rotateRefreshToken } from "../../../src/use-cases/sessions/rotate-refresh-token.ts";
import { memoryService, secretsMaker } from "../../support/memory-service.ts";
import { outcomeOf } from "../../support/port-faults.ts";
import { CAUSE, someSession } from "../../support/samples.ts";

/** Isolates over the same stores, some of which know of the second root secret already. */
async function rollOut() {
  const service = memoryService();
  const secrets = secretsMaker();
  const before = { ...service.deps, refreshTokens: refreshTokenCodec(secrets(1)) };
  const after = { ...service.deps, refreshTokens: refreshTokenCodec(secrets(2, 1)) };
  const user = await service.register();
  const sessionId = service.deps.newSessionId();
  const first = before.refreshTokens.first(user.id, sessionId, service.deps.random(32));
  const token = { hash: before.refreshTokens.hash(first), secretVersion: 1 };
  await before.accounts.openSession(user.id, {
    ...someSession({ sessionId, token }),
    seen: authorityOf(user),
    second: null,
    cause: CAUSE,
  });
  const successorOf = async (deps: typeof before, text: string) => {
    const refreshed = await rotateRefreshToken(deps, ANYONE, text);
    if (!refreshed.ok) throw new Error("the token was refused");
    return refreshed.value.refreshToken;
  };
  return { before, after, presented: before.refreshTokens.format(first), successorOf, service };
}

it("REF-04 a replay after a newer secret came gets the successor made under the older", async () => {
  const { before, after, presented, successorOf } = await rollOut();
  const successor = await successorOf(before, presented);
  expect(await successorOf(after, presented)).toBe(successor);
  expect(after.refreshTokens.parse(successor)?.version).toBe(1);
  // The next generation is made under the newer one.
  expect(after.refreshTokens.parse(await successorOf(after, successor))?.version).toBe(2);
});

it("a replay that finds an isolate without the newer secret consumes nothing", async () => {
  const { before, after, presented, successorOf, service } = await rollOut();
  const successor = await successorOf(after, presented);
  expect(await outcomeOf(rotateRefreshToken(before, ANYONE, presented))).toBe("unavailable");
  expect(await successorOf(after, presented)).toBe(successor);
  expect(service.notices).toEqual([]);
});

it("a token outlives the roll-out of a newer secret, and not the removal of its own", async () => {
  const { after, presented, successorOf, service } = await rollOut();
  const successor = await successorOf(after, presented);
  const alone = { ...service.deps, refreshTokens: refreshTokenCodec(secretsMaker()(2)) };
  expect(await rotateRefreshToken(alone, ANYONE, presented)).toEqual({
    ok: false,
    error: "invalid_refresh_token",
  });
  expect(await successorOf(after, successor)).not.toBe(successor);
});
