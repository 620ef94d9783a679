import { afterAll, beforeAll, expect, inject, it } from "vitest";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
  until,
} from "../support/dev-server.ts";
import { type HttpReply, httpClient } from "../support/http-client.ts";
import { runScript, signInOperator } from "../support/scripts.ts";

/*
 * A hundred role changes while the runtime is killed: of each that was acknowledged there is one
 * event, and of one that did not happen there is none.
 */

const KILLS = 3;
const USERS = 10;
const CHANGES = 100;
const PASSWORD = "seven quiet herons by the estuary";
const ROLE = "reader";

/** The issuer outlives the port. */
const VARS = { ISSUER: "http://auth.test" };

let project: ProjectCopy;
let server: DevServer;
let admin: string;

const http = () => httpClient(server.base);

async function restart(): Promise<void> {
  server = await startDevServer(project.directory, VARS);
}

/** A moment that no test can choose. */
const soon = () => new Promise((wake) => setTimeout(wake, Math.random() * 60));

beforeAll(async () => {
  project = copyProject(inject("operatedState"));
  await restart();
  admin = await signInOperator(server.base);
  const body = { name: ROLE, permissions: ["reports:read"] };
  expect((await http().call("POST", "/v1/roles", { token: admin, body })).status).toBe(201);
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

type User = {
  readonly id: string;
  /** Whether the role is held, as far as is known: null after a request without an answer. */
  holds: boolean | null;
  /** Changes that were acknowledged, of which it was known what they would change. */
  readonly acknowledged: { readonly type: string; readonly requestId: string }[];
};

async function newUser(name: number): Promise<User> {
  const reply = await http().register(`user${name}@example.com`, PASSWORD);
  expect(reply.status).toBe(201);
  return { id: reply.body.id, holds: false, acknowledged: [] };
}

async function isHeld({ id }: User): Promise<boolean> {
  const { status, body } = await http().call("GET", `/v1/users/${id}`, { token: admin });
  expect(status).toBe(200);
  return body.user.roles.includes(ROLE);
}

/** Gives the role, or takes it. Where nobody answers, nobody knows. */
async function toggle(user: User): Promise<void> {
  user.holds ??= await isHeld(user);
  const holds: boolean = user.holds;
  user.holds = null;
  const [method, type] = holds ? ["DELETE", "user.role.removed"] : ["PUT", "user.role.assigned"];
  const path = `/v1/users/${user.id}/roles/${ROLE}`;
  const reply: HttpReply = await http().call(method, path, { token: admin });
  if (reply.status !== 204) return;
  user.holds = !holds;
  user.acknowledged.push({ type, requestId: reply.requestId });
}

const acknowledged = (users: readonly User[]) =>
  users.reduce((sum, user) => sum + user.acknowledged.length, 0);

type Told = {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly context: { readonly request_id: string };
};

/** What the record says of a user's roles, the first first. */
async function told({ id }: User): Promise<Told[]> {
  const events: Told[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const path = `/v1/audit-events?user_id=${id}&type=user.role&limit=100${page}`;
    const { status, body } = await http().call("GET", path, { token: admin });
    expect(status).toBe(200);
    events.push(...body.events);
    cursor = body.next_cursor;
  }
  return events.sort((a, b) => a.seq - b.seq);
}

const isComplete = (user: User, events: readonly Told[]): boolean =>
  events.every(({ seq }, at) => seq === at + 1) &&
  events.at(-1)?.context.request_id === user.acknowledged.at(-1)?.requestId;

it("CFW-02 every change that was acknowledged has one event, wherever the runtime was killed, and no other has any", async () => {
  const users: User[] = [];
  for (let name = 0; name < USERS; name++) users.push(await newUser(name));

  for (let kill = 1; kill <= KILLS; kill++) {
    const target = (CHANGES * kill) / (KILLS + 1);
    const changing = users.map(async (user) => {
      for (;;) await toggle(user);
    });
    const broken = Promise.allSettled(changing);
    await until(async () => acknowledged(users) >= target, 30_000);
    await soon();
    await server.crash();
    await broken;
    await restart();
  }
  while (acknowledged(users) < CHANGES) await Promise.all(users.map(toggle));
  // One more each: whoever begins a change finishes what was left, and sends what was not stored.
  for (const user of users) await toggle(user);

  for (const user of users) {
    await until(async () => isComplete(user, await told(user)), 30_000);
    const events = await told(user);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { type, requestId } of user.acknowledged) {
      const mine = events.filter(({ context }) => context.request_id === requestId);
      expect(mine.map((event) => event.type)).toEqual([type]);
    }
    // Given and taken in turn, to what the row says: nothing is told that did not happen.
    const turns = events.map((_, at) =>
      at % 2 === 0 ? "user.role.assigned" : "user.role.removed",
    );
    expect(events.map(({ type }) => type)).toEqual(turns);
    expect(await isHeld(user)).toBe(events.length % 2 === 1);
  }
  const verified = await runScript(project.directory, "audit:verify", []);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.output).not.toContain("look again");
});
