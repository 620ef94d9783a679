import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseUserId } from "../../../src/domain/ids.ts";
import { capturedLog } from "../../support/canaries.ts";
import { newUser, PASSWORD, type SignedIn, signIn } from "../../support/client.ts";
import { someMessage } from "../../support/event-samples.ts";
import { auditTrail, keptBy, storedEvents } from "../../support/events.ts";
import { serviceWith } from "../../support/faults.ts";
import { interposed } from "../../support/objects.ts";
import { deliver, QUEUE } from "../../support/queue.ts";
import { ACCOUNT_POLICY, someSession } from "../../support/samples.ts";
import { userObject } from "../../support/storage.ts";
import { throttleOf } from "../../support/throttle.ts";

/* For some minutes after a deployment Workers and objects run code of different ages. */

let user: SignedIn;
let log: ReturnType<typeof capturedLog>;
beforeEach(async () => {
  user = await newUser();
  log = capturedLog();
});
afterEach(() => log.stop());

const to = () => ({ userId: user.id, policy: ACCOUNT_POLICY });

/** As an older Worker calls: without what it does not know. */
const asOlderWorker = (method: string, ...args: unknown[]): Promise<unknown> =>
  runInDurableObject(userObject(user.id), (object) =>
    Reflect.apply(Reflect.get(object, method), object, [to(), ...args]),
  );

/** Objects whose code lacks the methods named. */
const olderObjects = (...lacking: string[]) =>
  interposed(env.USERS, (method) => {
    if (lacking.includes(method)) {
      throw new TypeError(`The RPC receiver does not implement "${method}".`);
    }
  });

it("CFW-17 what older Workers ask for is told, by nobody known", async () => {
  await asOlderWorker("change", {
    changeId: "of an older Worker",
    change: { kind: "assign_role", role: "admin" },
    ifVersion: null,
  });
  await asOlderWorker("endSessions", "all");
  const [opened] = await storedEvents({ subject: user.id });
  expect(opened?.type).toBe("session.opened");
  await signIn(user.email);
  const row = await env.DB.prepare("select password_set_at from users where id = ?")
    .bind(user.id)
    .first<{ password_set_at: number }>();
  await asOlderWorker("openSession", {
    ...someSession(),
    seen: {
      status: "active",
      roles: ["admin", "user"],
      version: 2,
      passwordSetAt: row?.password_set_at,
    },
  });
  const events = await storedEvents({ subject: user.id });
  const nowhere = { ip: null, userAgent: null, requestId: null };
  const nobody = { actor: { kind: "anyone", id: "anyone" }, context: nowhere };
  expect(events.slice(1, 3)).toMatchObject([
    { ...nobody, type: "user.role.assigned", seq: 2 },
    { ...nobody, type: "session.revoked", seq: 3 },
  ]);
  expect(events.at(-1)).toMatchObject({ ...nobody, type: "session.opened", seq: 5 });
});

it("CFW-17 a wrong password is no outage where an object tells no events yet", async () => {
  const service = serviceWith({ USERS: olderObjects("failProof") });
  const wrong = "not the right password";
  const proof = await service("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: wrong, new_password: "another horse battery staple" },
  });
  expect([proof.status, proof.body.code]).toEqual([401, "invalid_credentials"]);
  const device = await service("POST", "/v1/auth/login", {
    body: { email: user.email, password: wrong, device: user.refreshToken },
  });
  expect([device.status, device.body.code]).toEqual([401, "invalid_credentials"]);
  // The tries stay counted.
  const proofs = await runInDurableObject(userObject(user.id), (_, { storage }) =>
    [...storage.kv.list<{ failures: number }>({ prefix: "proofs/" })].map(
      ([, { failures }]) => failures,
    ),
  );
  expect(proofs).toEqual([1, 1]);
});

it("CFW-17 an object that cannot hear of it keeps its events, which are stored all the same", async () => {
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  const own = { kind: "user", id: id.value } as const;
  const message = someMessage({ subject: own }, { ...own, place: 2 });
  const older = olderObjects("confirmEvents");
  const delivered = await deliver(QUEUE, [message], { USERS: older });
  expect(delivered).toMatchObject({ acknowledged: [0], again: [] });
  const stored = await storedEvents({ subject: user.id });
  expect(stored.map((event) => event.id)).toContain(message.event.id);
  expect(log.lines.join()).toContain("events_not_confirmed");
  expect(await keptBy(user.id)).toEqual([]);
});

it("CFW-17 older Workers say of a wrong try no more than that it was one", async () => {
  await throttleOf(user.email).reserve();
  await throttleOf(user.email).fail();
  await signIn(user.email, PASSWORD);
  expect(await storedEvents({ subject: user.id, type: "sign_in" })).toEqual([]);
});

it("CFW-17 a row of newer code is left out of lists, with a notice, and the next page is not lost", async () => {
  const events = [1, 2, 3].map((occurredAt) => someMessage({ occurredAt }).event);
  await env.AUDIT_DB.prepare("delete from events").run();
  await auditTrail().store(events);
  await env.AUDIT_DB.prepare("update events set type = 'of.newer.code' where id = ?")
    .bind(events[1]?.id)
    .run();
  await env.AUDIT_DB.prepare("update events set data = '{' where id = ?").bind(events[2]?.id).run();
  const listed = await storedEvents({ limit: 1, until: 4 });
  expect(listed).toEqual([events[0]]);
});
