import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy, until } from "../support/dev-server.ts";
import { type ExampleWorkers, startExample } from "../support/example-workers.ts";
import { httpClient } from "../support/http-client.ts";
import { signInOperator } from "../support/scripts.ts";
import { codeOf } from "../support/totp.ts";

const PASSWORD = "seven quiet herons by the estuary";
const EMAIL = "ada@example.com";

/** Milliseconds: more than the ten seconds for which POST /orders may go by an answer. */
const PAST_THE_BOUND = 60_000;

let project: ProjectCopy;
let workers: ExampleWorkers;
let admin: string;
let ada: string;

const auth = () => httpClient(workers.serviceBase);

/** A call of the orders API. */
async function order(method: string, path: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${workers.orders.base}${path}`, { method, headers });
}

const statusOf = async (method: string, path: string, token?: string): Promise<number> =>
  (await order(method, path, token)).status;

async function asAdmin(method: string, path: string, body?: unknown): Promise<void> {
  const { status } = await auth().call(method, path, { token: admin, body });
  expect(status).toBeLessThan(300);
}

beforeAll(async () => {
  project = copyProject(inject("operatedState"));
  workers = await startExample(project.directory);
  admin = await signInOperator(workers.serviceBase);
  ada = (await auth().register(EMAIL, PASSWORD)).body.id;
  await asAdmin("POST", "/v1/roles", {
    name: "clerk",
    description: "Keeps the orders",
    permissions: ["orders:write", "orders:delete"],
  });
});

afterAll(async () => {
  await workers?.orders.stop();
  project.remove();
});

const newToken = async (): Promise<string> =>
  (await auth().signIn(EMAIL, PASSWORD)).body.access_token;

const assign = () => asAdmin("PUT", `/v1/users/${ada}/roles/clerk`);
const remove = () => asAdmin("DELETE", `/v1/users/${ada}/roles/clerk`);

it("a route is open, or needs a token, or a permission", async () => {
  expect(await statusOf("GET", "/")).toBe(200);
  for (const [method, path] of [
    ["GET", "/orders"],
    ["POST", "/orders"],
    ["DELETE", "/orders/none"],
  ] as const) {
    const refused = await order(method, path);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer\b/);
  }
  const token = await newToken();
  expect(await (await order("GET", "/orders", token)).json()).toEqual({ orders: [] });
  expect(await statusOf("POST", "/orders", token)).toBe(403);
  expect(await statusOf("DELETE", "/orders/none", token)).toBe(403);
});

it("a role given or taken counts at once where the account is asked, within the bound where an answer is remembered, without a new token", async () => {
  const token = await newToken();
  expect(await statusOf("POST", "/orders", token)).toBe(403);

  await assign();
  expect(await statusOf("DELETE", "/orders/none", token)).toBe(404);
  await until(async () => (await statusOf("POST", "/orders", token)) === 201, PAST_THE_BOUND);
  const { orders } = (await (await order("GET", "/orders", token)).json()) as {
    orders: { id: string }[];
  };
  expect(orders).toHaveLength(1);
  expect(await statusOf("DELETE", `/orders/${orders[0]?.id}`, token)).toBe(204);

  // This way round, because an answer that was asked for now is remembered for the others, too.
  await remove();
  await until(async () => (await statusOf("POST", "/orders", token)) === 403, PAST_THE_BOUND);
  expect(await statusOf("DELETE", "/orders/none", token)).toBe(403);
});

it("an ended session is refused at the next request where the account is asked, and accepted offline", async () => {
  await assign();
  const token = await newToken();
  expect(await statusOf("DELETE", "/orders/none", token)).toBe(404);
  expect((await auth().call("POST", "/v1/auth/logout", { token })).status).toBe(204);

  expect(await statusOf("DELETE", "/orders/none", token)).toBe(401);
  expect(await statusOf("GET", "/orders", token)).toBe(200);
});

it("a disabled user is refused at the next request where the account is asked, and accepted offline", async () => {
  await assign();
  const token = await newToken();
  expect(await statusOf("DELETE", "/orders/none", token)).toBe(404);
  await asAdmin("PATCH", `/v1/users/${ada}`, { status: "disabled" });

  expect(await statusOf("DELETE", "/orders/none", token)).toBe(401);
  expect(await statusOf("GET", "/orders", token)).toBe(200);
  await asAdmin("PATCH", `/v1/users/${ada}`, { status: "active" });
});

it("what asks for two factors answers with a challenge, and is done after a step up", async () => {
  await assign();
  const token = await newToken();
  const refused = await order("DELETE", "/orders", token);
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toBe(
    'Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="300"',
  );
  const factor = "/v1/users/me/factors/totp";
  const { body } = await auth().call("POST", factor, { token, body: { password: PASSWORD } });
  const confirm = { token, body: { code: codeOf(body.secret) } };
  expect((await auth().call("POST", `${factor}/${body.id}/confirm`, confirm)).status).toBe(200);
  const up = await auth().call("POST", "/v1/auth/step-up", {
    token,
    body: { totp: codeOf(body.secret, 1) },
  });
  const proven = up.body.access_token;
  expect(await statusOf("DELETE", "/orders", proven)).toBe(204);
  expect(await statusOf("DELETE", "/orders", token)).toBe(401);
  const gone = { token: proven, body: {} };
  const removed = await auth().call("DELETE", `/v1/users/me/factors/${body.id}`, gone);
  expect(removed.status).toBe(204);
});

it("an outage of the service is 503 with Retry-After, never 401", async () => {
  const token = await newToken();
  expect(await statusOf("GET", "/orders", token)).toBe(200);
  await workers.stopService();

  for (const [method, path] of [
    ["GET", "/orders"],
    ["POST", "/orders"],
    ["DELETE", "/orders/none"],
  ] as const) {
    const refused = await order(method, path, token);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  }
  expect(await statusOf("GET", "/")).toBe(200);
});
