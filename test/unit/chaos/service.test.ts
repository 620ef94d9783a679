import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { newLedger } from "../../chaos/ledger.ts";
import { type Ask, type Service, serviceAt } from "../../chaos/service.ts";

const ASK = { about: "ada", method: "GET", path: "/v1/auth/check" } as const satisfies Ask;

/** Answers as it is told to; 0 breaks the connection. */
let reply: { status: number; headers?: Record<string, string> };
const server = createServer((_, response) => {
  if (reply.status === 0) response.destroy();
  else response.writeHead(reply.status, reply.headers).end('{"code":"some"}');
});

let ledger: ReturnType<typeof newLedger>;
let service: Service;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterAll(() => {
  server.close();
});

beforeEach(() => {
  const { port } = server.address() as AddressInfo;
  ledger = newLedger();
  service = serviceAt(() => `http://127.0.0.1:${port}`, ledger, "run");
});

const acts = () => [...ledger.acts.values()].map(({ status, happened }) => [status, happened]);

it.each([500, 401, 404, 429])(
  "%i is wrong, unless it is a refusal that is right",
  async (status) => {
    reply = { status };
    await expect(service.ask(ASK)).rejects.toThrow(`is ${status}`);
    expect(await service.ask({ ...ASK, allowed: [status] })).toMatchObject({ status });
    expect(acts()).toEqual([
      [status, false],
      [status, false],
    ]);
  },
);

it("503 is an answer only while something fails, and with Retry-After", async () => {
  reply = { status: 503, headers: { "retry-after": "2" } };
  await expect(service.ask(ASK)).rejects.toThrow("though nothing fails");
  service.fails = "caches";
  await expect(service.ask(ASK)).rejects.toThrow("though nothing fails");
  expect(await service.ask({ ...ASK, needsCaches: true })).toMatchObject({ status: null });
  service.fails = "stores";
  expect(await service.ask(ASK)).toMatchObject({ status: null, act: { code: "some" } });
  reply = { status: 503 };
  await expect(service.ask(ASK)).rejects.toThrow("without Retry-After");
});

it("a connection may break only while the runtime is killed, and then nobody knows", async () => {
  reply = { status: 0 };
  await expect(service.ask(ASK)).rejects.toThrow("broke off");
  service.mayBreak = true;
  expect(await service.ask(ASK)).toMatchObject({ status: null });
  expect(acts()).toEqual([
    [null, null],
    [null, null],
  ]);
});

it("what is acknowledged is written down under the id of its request", async () => {
  reply = { status: 200 };
  const { act } = await service.ask(ASK);
  expect(ledger.acts.get(act.id)).toMatchObject({ about: "ada", status: 200, happened: true });
  expect(ledger.print("ada")).toContain(act.id);
  expect(ledger.figures()).toMatchObject({ acts: 1, acknowledged: 1, broken: 0 });
});
