import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { EVENT_TYPES, type Event } from "../../../src/domain/events/event.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import {
  call,
  insertUser,
  newAdmin,
  type Reply,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { someEvent } from "../../support/event-samples.ts";
import { auditTrail, storedEvents } from "../../support/events.ts";
import { withoutAuditTrail } from "../../support/queue.ts";
import { someUserId } from "../../support/samples.ts";
import { clientToken, newServiceAccount } from "../../support/service-accounts.ts";

let auditor: SignedIn;
let admin: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
  const body = { name: "auditor", permissions: ["audit:read"] };
  await call("POST", "/v1/roles", { token: admin.accessToken, body });
  auditor = await signIn((await insertUser(["auditor"])).email);
});

beforeEach(async () => {
  await storedEvents({});
  await env.AUDIT_DB.prepare("delete from events").run();
});

const list = (query = "", token = auditor.accessToken) =>
  call("GET", `/v1/audit-events${ofThatDay(query)}`, { token });
/** Nothing of today, which the queue may deliver meanwhile. */
const ofThatDay = (query: string) =>
  query.includes("until=")
    ? query
    : `${query === "" ? "?" : `${query}&`}until=2026-01-02T00:00:00Z`;
const idsIn = ({ body }: Reply): string[] => body.events.map(({ id }: { id: string }) => id);
const idsOf = (events: readonly Event[]): string[] => events.map(({ id }) => id);

const at = (minutes: number): number => Date.UTC(2026, 0, 1, 12, minutes);
const ten = () => Array.from({ length: 10 }, (_, minute) => someEvent({ occurredAt: at(minute) }));

it("an auditor, a person or a program, sees every event as it was", async () => {
  const event = someEvent({
    type: "refresh.reused",
    occurredAt: at(5),
    seq: 7,
    actor: { kind: "service", id: "svc_x" },
    context: { ip: "192.0.2.1", userAgent: "a browser", requestId: "req" },
    outcome: "failure",
    reason: "because",
    data: { session_id: "ses_x" },
  });
  const plain = someEvent({ occurredAt: at(4) });
  await auditTrail().store([event, plain]);
  const shown = {
    id: event.id,
    type: "refresh.reused",
    occurred_at: "2026-01-01T12:05:00.000Z",
    seq: 7,
    actor: event.actor,
    subject: event.subject,
    context: { ip: "192.0.2.1", user_agent: "a browser", request_id: "req" },
    outcome: "failure",
    reason: "because",
    data: event.data,
  };
  const { status, body } = await list();
  expect([status, body.next_cursor]).toEqual([200, null]);
  expect(body.events[0]).toEqual(shown);
  expect(Object.keys(body.events[1])).not.toContain("reason");
  expect(Object.keys(body.events[1])).not.toContain("data");
  const program = await newServiceAccount(admin.accessToken, ["auditor"]);
  const listed = await list(`?subject_id=${event.subject.id}`, await clientToken(program));
  expect(listed.body.events).toEqual([shown]);
});

it("filters by subject, actor, type, branch and time, and by all together", async () => {
  const [one, two] = [someUserId(), someUserId()];
  const events = [
    someEvent({
      subject: { kind: "user", id: one },
      type: "user.role.assigned",
      occurredAt: at(1),
    }),
    someEvent({ subject: { kind: "user", id: one }, type: "user.deleted", occurredAt: at(2) }),
    someEvent({ actor: { kind: "user", id: two }, type: "role.created", occurredAt: at(3) }),
    someEvent({ subject: { kind: "role", id: "editor" }, type: "role.deleted", occurredAt: at(4) }),
  ];
  await auditTrail().store(events);
  const found = async (query: string) =>
    idsIn(await list(query)).map((id) => idsOf(events).indexOf(id));
  expect(await found(`?user_id=${one}`)).toEqual([1, 0]);
  expect(await found(`?subject_id=${one}&type=user.role`)).toEqual([0]);
  expect(await found("?subject_id=editor")).toEqual([3]);
  expect(await found(`?actor_id=${two}`)).toEqual([2]);
  expect(await found("?type=role")).toEqual([3, 2]);
  expect(await found("?type=role.created")).toEqual([2]);
  expect(await found("?since=2026-01-01T12:02:00Z")).toEqual([3, 2, 1]);
  expect(await found("?until=2026-01-01T13:02:00%2B01:00")).toEqual([0]);
  expect(await found(`?user_id=${one}&type=user&since=2026-01-01T12:02:00Z`)).toEqual([1]);
  expect(await found(`?actor_id=${someUserId()}`)).toEqual([]);
});

it("refuses a query that it does not know, and says what is wrong with it", async () => {
  const foreign = (await call("GET", "/v1/users?limit=1", { token: admin.accessToken })).body;
  const wrong: [string, string][] = [
    ["?user_id=a&subject_id=b", "subject_id"],
    ["?type=use", "type"],
    ["?type=user.", "type"],
    ["?since=yesterday", "since"],
    ["?until=2026-01-01", "until"],
    ["?limit=0", "limit"],
    ["?limit=101", "limit"],
    ["?format=xml", "format"],
    ["?actor_id=%25", "actor_id"],
    ["?cursor=x", "cursor"],
    [`?cursor=${foreign.next_cursor}`, "cursor"],
    ["?order=asc", "order"],
  ];
  for (const [query, path] of wrong) {
    const { status, body } = await list(query);
    expect([query, status, body.code]).toEqual([query, 400, "invalid_request"]);
    expect(body.errors).toMatchObject([{ path }]);
  }
});

it("pages through all there was, newest first, without loss or repeat while events come in", async () => {
  const events = ten();
  // Two at one moment at the edge of a page.
  await auditTrail().store([...events, someEvent({ occurredAt: at(7) })]);
  const all = idsIn(await list());
  expect(all).toHaveLength(11);
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Reply = await list(`?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
    seen.push(...idsIn(page));
    cursor = page.body.next_cursor;
    await auditTrail().store([someEvent({ occurredAt: at(30) })]);
  }
  expect(seen).toEqual(all);
});

/** Every document of an export, by following its links. */
async function exported(
  query: string,
): Promise<{ documents: Record<string, unknown>[]; pages: number }> {
  const documents: Record<string, unknown>[] = [];
  let pages = 0;
  for (
    let path: string | undefined = `/v1/audit-events${ofThatDay(query)}`;
    path !== undefined;
    pages++
  ) {
    const { status, headers, body }: Reply = await call("GET", path, {
      token: auditor.accessToken,
    });
    expect([status, headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    expect(headers.get("cache-control")).toContain("no-store");
    const lines = body.split("\n");
    expect(lines.pop()).toBe("");
    documents.push(...lines.map((line: string) => JSON.parse(line)));
    path = /^<(.+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
  }
  return { documents, pages };
}

it("is exported a line an event, each page with a link to the next", async () => {
  const events = ten();
  await auditTrail().store(events);
  const { documents, pages } = await exported("?format=ndjson&limit=4&type=session");
  expect(pages).toBe(3);
  expect(documents.map(({ id }) => id)).toEqual(idsOf(events).reverse());
  expect(documents).toEqual((await list()).body.events);
});

it("an export of nothing is empty", async () => {
  expect(await exported("?format=ocsf&type=key")).toEqual({ documents: [], pages: 1 });
});

it("every type has its class in OCSF, and no field of the event is lost", async () => {
  const context = { ip: "192.0.2.1", userAgent: "a browser", requestId: "req" };
  const events = EVENT_TYPES.map((type, minute) =>
    someEvent({ type, occurredAt: at(minute), seq: minute + 1, context, data: { n: minute } }),
  );
  await auditTrail().store(events);
  const { documents } = await exported("?format=ocsf&limit=100");
  expect(documents).toHaveLength(EVENT_TYPES.length);
  for (const [place, document] of documents.reverse().entries()) {
    const event = events[place];
    const { class_uid, activity_id } = document;
    expect([3001, 3002, 3004]).toContain(class_uid);
    expect(document).toMatchObject({
      metadata: {
        version: "1.3.0",
        product: { name: "auth-service" },
        uid: event?.id,
        event_code: event?.type,
        sequence: place + 1,
        correlation_uid: "req",
      },
      category_uid: 3,
      type_uid: Number(class_uid) * 100 + Number(activity_id),
      time: event?.occurredAt,
      status_id: 1,
      actor: { user: { uid: event?.actor.id, type: event?.actor.kind } },
      user: { uid: event?.subject.id, type: "user" },
      src_endpoint: { ip: "192.0.2.1" },
      http_request: { user_agent: "a browser" },
      unmapped: { n: place },
    });
  }
  const classOf = (type: string) => {
    const found = documents.find((document) => Object(document["metadata"]).event_code === type);
    return [found?.["class_uid"], found?.["activity_id"]];
  };
  expect(classOf("session.opened")).toEqual([3002, 1]);
  expect(classOf("session.revoked")).toEqual([3002, 2]);
  expect(classOf("user.disabled")).toEqual([3001, 5]);
  expect(classOf("sign_in.locked")).toEqual([3001, 9]);
});

it("in OCSF a failure is one, with its reason, and what is no account is an entity", async () => {
  await auditTrail().store([
    someEvent({ type: "sign_in.failed", outcome: "failure", reason: "why", occurredAt: at(1) }),
    someEvent({ type: "key.revoked", subject: { kind: "key", id: "kid" }, occurredAt: at(2) }),
  ]);
  const { documents } = await exported("?format=ocsf");
  expect(documents).toMatchObject([
    { entity: { uid: "kid", type: "key" }, severity_id: 4, status_id: 1 },
    { severity_id: 3, status_id: 2, status_detail: "why" },
  ]);
  expect(documents[0]).not.toHaveProperty("user");
  expect(documents[0]).not.toHaveProperty("src_endpoint");
});

it("one's own are those about oneself; where others sat when they did it is not told", async () => {
  const { id: own, email } = await insertUser(["user"]);
  const user = await signIn(email);
  const path = `/v1/users/${own}/roles/auditor`;
  const headers = { "cf-connecting-ip": "198.51.100.77", "user-agent": "an office" };
  await call("PUT", path, { token: admin.accessToken, headers });
  await call("DELETE", path, { token: admin.accessToken, headers });
  await storedEvents({ subject: own });
  const { status, body } = await call("GET", "/v1/users/me/events", { token: user.accessToken });
  expect(status).toBe(200);
  const nowhere = { ip: null, user_agent: null, request_id: null };
  expect(body.events).toMatchObject([
    { type: "user.role.removed", actor: { kind: "user", id: admin.id }, context: nowhere },
    { type: "user.role.assigned", actor: { kind: "user", id: admin.id }, context: nowhere },
    { type: "session.opened", subject: { kind: "user", id: own } },
  ]);
  expect(JSON.stringify(body)).not.toContain("198.51.100.77");
  const whole = (await list(`?user_id=${own}&type=user.role&until=9999-01-01T00:00:00Z`)).body
    .events;
  expect(whole[0].context.ip).toBe("198.51.100.77");
});

it("one's own cannot be widened, and are paged and filtered like the others", async () => {
  const user = await signIn((await insertUser(["user"])).email);
  const id = parseUserId(user.id);
  if (!id.ok) throw new Error("an id was expected");
  await storedEvents({ subject: user.id });
  await auditTrail().store(
    [1, 2, 3].map((minute) =>
      someEvent({ occurredAt: at(minute), subject: { kind: "user", id: id.value } }),
    ),
  );
  const ask = (query: string) =>
    call("GET", `/v1/users/me/events${query}`, { token: user.accessToken });
  for (const query of [`?user_id=${admin.id}`, `?subject_id=${admin.id}`, "?format=ndjson"]) {
    expect((await ask(query)).status).toBe(400);
  }
  const first = await ask("?limit=3");
  const second = await ask(`?limit=3&cursor=${first.body.next_cursor}`);
  expect([idsIn(first).length, idsIn(second).length, second.body.next_cursor]).toEqual([
    3,
    1,
    null,
  ]);
  expect(idsIn(await ask("?until=2026-01-02T00:00:00Z&type=session.opened"))).toHaveLength(3);
  expect(idsIn(await ask("?type=user"))).toEqual([]);
});

it("without the audit trail both lists are an outage, and nothing else is", async () => {
  await withoutAuditTrail(async () => {
    for (const path of ["/v1/audit-events", "/v1/users/me/events"]) {
      const reply = await call("GET", path, { token: auditor.accessToken });
      expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
    }
    expect((await call("GET", "/v1/users/me", { token: auditor.accessToken })).status).toBe(200);
    expect((await call("GET", "/health/ready")).status).toBe(200);
  });
});
