import { afterAll, beforeAll, expect, inject, it } from "vitest";
import {
  copyProject,
  type DevServer,
  isFree,
  type ProjectCopy,
  startDevServer,
  until,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { signInOperator } from "../support/scripts.ts";

const KILLS = 3;
const PASSWORD = "seven quiet herons by the estuary";
const ISSUER = "http://auth.test";

/** The issuer outlives the port, and a slow restart must not outlast the replay window. */
const VARS = { ISSUER, REFRESH_REPLAY_WINDOW: "300" };

let project: ProjectCopy;
let server: DevServer;
let admin: string;

const http = () => httpClient(server.base);

async function restart(): Promise<void> {
  server = await startDevServer(project.directory, VARS);
}

/** A moment that no test can choose: somewhere within the next few requests. */
const soon = () => new Promise((wake) => setTimeout(wake, Math.random() * 60));

async function newUser(name: string): Promise<{ email: string; id: string }> {
  const email = `${name}@example.com`;
  const reply = await http().register(email, PASSWORD);
  expect(reply.status).toBe(201);
  return { email, id: reply.body.id };
}

beforeAll(async () => {
  project = copyProject(inject("operatedState"));
  await restart();
  admin = await signInOperator(server.base);
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

it("CFW-02 a session goes on with the token its client last had, wherever the runtime was killed", async () => {
  const { email } = await newUser("ada");
  const first: string = (await http().signIn(email, PASSWORD)).body.refresh_token;
  let held = first;
  const spent: string[] = [];

  for (let kill = 0; kill < KILLS; kill++) {
    let alive = true;
    const client = (async () => {
      while (alive) {
        const reply = await http().refresh(held);
        if (reply.status !== 200) return reply;
        spent.push(held);
        held = reply.body.refresh_token;
      }
      return null;
    })().catch(() => null); // the connection broke: whether it was rotated, nobody knows
    await until(async () => spent.length > 5 * (kill + 1), 30_000);
    await soon();
    await server.crash();
    alive = false;
    expect(await client).toBeNull();

    await restart();
    const reply = await http().refresh(held);
    expect(reply.status).toBe(200);
    spent.push(held);
    held = reply.body.refresh_token;
  }

  const again = await http().refresh(held);
  expect(again.status).toBe(200);
  // REF-06: what was spent before the kills is still known to be spent.
  expect((await http().refresh(first)).status).toBe(401);
  expect((await http().refresh(again.body.refresh_token)).status).toBe(401);
});

it("CFW-02 what was acknowledged is still there after a kill", async () => {
  const [kept, disabled] = [await newUser("kept"), await newUser("disabled")];
  const token: string = (await http().signIn(kept.email, PASSWORD)).body.access_token;
  const role = { name: "reader", description: "", permissions: ["users:read"] };
  expect((await http().call("POST", "/v1/roles", { token: admin, body: role })).status).toBe(201);

  const replies = await Promise.all([
    http().call("PUT", `/v1/users/${kept.id}/roles/reader`, { token: admin }),
    http().call("PATCH", `/v1/users/${disabled.id}`, {
      token: admin,
      body: { status: "disabled" },
    }),
  ]);
  const last = await newUser("last");
  await server.crash();
  expect(replies.map((reply) => reply.status)).toEqual([204, 200]);

  await restart();
  expect((await http().call("GET", "/v1/users", { token })).status).toBe(200);
  expect((await http().signIn(disabled.email, PASSWORD)).body.code).toBe("account_disabled");
  expect((await http().signIn(last.email, PASSWORD)).status).toBe(200);
});

it("CFW-05 D1 and the user's object agree after a kill in the middle of account changes", async () => {
  const { id, email } = await newUser("changing");
  const token: string = (await http().signIn(email, PASSWORD)).body.access_token;
  const role = { name: "changing", description: "", permissions: ["users:read"] };
  expect((await http().call("POST", "/v1/roles", { token: admin, body: role })).status).toBe(201);
  const path = `/v1/users/${id}`;

  for (let kill = 0; kill < KILLS; kill++) {
    let done = 0;
    const toggling = (async () => {
      for (;;) {
        for (const method of ["PUT", "DELETE"]) {
          const reply = await http().call(method, `${path}/roles/changing`, { token: admin });
          if (reply.status === 204) done++;
        }
      }
    })().catch(() => undefined);
    await until(async () => done > 3, 30_000);
    await soon();
    await server.crash();
    await toggling;

    await restart();
    const may = (await http().call("GET", "/v1/users", { token })).status === 200;
    const row = await http().call("GET", path, { token: admin });
    expect(row.body.user.roles.includes("changing")).toBe(may);
  }
});

it("a kill of npm alone stops the service and frees its port", async () => {
  expect(await isFree(server.port)).toBe(false);
  server.signalParent("SIGTERM");
  await until(() => isFree(server.port), 20_000);
});
