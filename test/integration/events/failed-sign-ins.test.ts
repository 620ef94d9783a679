import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { parseUserId } from "../../../src/domain/ids.ts";
import {
  call,
  freshEmail,
  insertUser,
  PASSWORD,
  type Reply,
  signIn,
} from "../../support/client.ts";
import { eventually, storedEvents } from "../../support/events.ts";
import { HOUR, moveClock } from "../../support/moving-clock.ts";
import { CAUSE } from "../../support/samples.ts";
import { dumpObject } from "../../support/storage.ts";
import { throttleOf } from "../../support/throttle.ts";

afterEach(() => {
  vi.useRealTimers();
});

const wrongly = (email: string, headers: Record<string, string> = {}) =>
  call("POST", "/v1/auth/login", {
    headers,
    body: { email, password: "not the right password" },
  });

const toldOf = async (subject: string) =>
  (await storedEvents({ subject, type: "sign_in" })).map(({ type, data }) => [
    type,
    data["failures"],
  ]);

const isTold = (subject: string, count: number) =>
  eventually(async () => (await toldOf(subject)).length === count);

it("of a hundred wrong passwords in a row the first, the tenth and the last are told", async () => {
  const { id, email } = await insertUser(["user"]);
  const userId = parseUserId(id);
  if (!userId.ok) throw new Error("an id was expected");
  for (let tries = 0; tries < 100; tries++) {
    moveClock(HOUR);
    const attempt = await throttleOf(email).reserve();
    if (attempt.kind !== "allowed") throw new Error(`a try was ${attempt.kind}`);
    const { failures } = attempt.reserved;
    await throttleOf(email).fail({ failures, userId: userId.value, cause: CAUSE });
  }
  expect((await wrongly(email)).status).toBe(429);
  await isTold(id, 3);
  expect(await toldOf(id)).toEqual([
    ["sign_in.failed", 1],
    ["sign_in.failed", 10],
    ["sign_in.locked", 100],
  ]);
});

it("one that is refused unchecked is not told, and after a success the next counts as the first", async () => {
  const { id, email } = await insertUser(["user"]);
  await wrongly(email);
  await wrongly(email);
  await signIn(email);
  await wrongly(email);
  await isTold(id, 2);
  expect(await toldOf(id)).toEqual([
    ["sign_in.failed", 1],
    ["sign_in.failed", 1],
  ]);
});

/** All that a client sees, but for the id of the request. */
function seen({ status, headers, body }: Reply) {
  const shown = new Headers(headers);
  shown.delete("x-request-id");
  return { status, headers: [...shown], body: { ...body, request_id: "" } };
}

it("ENU-01 of a name without an account nothing is told, and the reply is the same", async () => {
  const { id, email } = await insertUser(["user"]);
  const nobody = freshEmail();
  // Of this address alone: what earlier tests sent comes from the queue when it comes.
  const from = { "cf-connecting-ip": "203.0.113.199" };
  expect(seen(await wrongly(nobody, from))).toEqual(seen(await wrongly(email, from)));
  await isTold(id, 1);
  const told = env.AUDIT_DB.prepare("select subject_id from events where ip = ?");
  const { results } = await told.bind(from["cf-connecting-ip"]).run();
  expect(results).toEqual([{ subject_id: id }]);
  const { pairs } = await dumpObject(throttleOf(nobody));
  expect(Object(pairs).map(([key]: [string]) => key)).toEqual(["state"]);
});

it("nor does a wrong password for a disabled account say more than it did", async () => {
  const { id, email } = await insertUser(["user"]);
  await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(id).run();
  expect(seen(await wrongly(email))).toEqual(seen(await wrongly(freshEmail())));
  await isTold(id, 1);
  const right = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  expect(right.status).toBe(403);
  expect(await toldOf(id)).toEqual([["sign_in.failed", 1]]);
});
