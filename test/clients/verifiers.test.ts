import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grants } from "../../src/domain/access/permission.ts";
import { type Service, startService } from "./support/service.ts";
import { load, snippetNames } from "./support/snippets.ts";
import { badTokens } from "./support/tokens.ts";

/*
 * docs/clients.md, "Verify in Node": libraries as they ship, by the snippets that stand there.
 */

/** @returns whom the token is for; rejects where the library refuses it */
type Verify = (token: string) => Promise<string>;

let service: Service;
let bad: Readonly<Record<string, string>>;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  service = await startService();
  bad = await badTokens(service);
});

afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  await service?.stop();
});

const module = <Exports>(name: string) => load<Exports>(name, { issuer: service.issuer });

/** A snippet that exports `verify`. */
const ofFunction = (name: string) => async (): Promise<Verify> => {
  type Verifier = { verify(token: string): Promise<{ sub: string }> };
  const { verify } = await module<Verifier>(name);
  return async (token) => (await verify(token)).sub;
};

async function subjectOf(response: Response): Promise<string> {
  if (response.status !== 200) throw new Refusal(response.status);
  const { for: subject }: { for: string } = await response.json();
  return subject;
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(String(status));
    this.status = status;
  }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function hono(): Promise<Verify> {
  type App = { app: { request(path: string, init: RequestInit): Promise<Response> } };
  const { app } = await module<App>("hono");
  return async (token) => subjectOf(await app.request("/orders", bearer(token)));
}

async function express(): Promise<Verify> {
  type Server = { address(): { port: number }; close(done: () => void): void };
  type App = { app: { listen(port: number, host: string, done: () => void): Server } };
  const { app } = await module<App>("express-oauth2-jwt-bearer");
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  closers.push(() => new Promise<void>((done) => server.close(done)));
  const url = `http://127.0.0.1:${server.address().port}/orders`;
  return async (token) => subjectOf(await fetch(url, bearer(token)));
}

async function fastify(): Promise<Verify> {
  type Reply = { statusCode: number; body: string };
  type App = { app: { inject(request: object): Promise<Reply>; close(): Promise<void> } };
  const { app } = await module<App>("fastify");
  closers.push(() => app.close());
  return async (token) => {
    const reply = await app.inject({ url: "/orders", ...bearer(token) });
    return subjectOf(new Response(reply.body, { status: reply.statusCode }));
  };
}

describe.each<[string, () => Promise<Verify>]>([
  ["jose", ofFunction("jose")],
  ["hono/jwk", hono],
  ["express-oauth2-jwt-bearer", express],
  ["jsonwebtoken and jwks-rsa", ofFunction("jsonwebtoken")],
  ["@fastify/jwt and get-jwks", fastify],
  ["oauth4webapi", ofFunction("oauth4webapi-verify")],
])("%s", (_, prepare) => {
  let verify: Verify;

  beforeAll(async () => {
    verify = await prepare();
  });

  it("takes a person's token and a program's, and knows whose it is", async () => {
    expect(await verify((await service.signIn()).access_token)).toBe(service.person.id);
    expect(await verify(await service.programToken())).toBe(service.program.id);
  });

  it("refuses a refresh token, a foreign one, an expired one, another kind of one and garbage", async () => {
    const outcomes = await Promise.all(
      Object.entries(bad).map(async ([name, token]) => [name, await refusalOf(verify(token))]),
    );
    expect(outcomes).toEqual(Object.keys(bad).map((name) => [name, "refused"]));
  });
});

/** A fault of the server that runs the library is no refusal. */
function refusalOf(attempt: Promise<string>): Promise<string> {
  return attempt.then(
    (subject) => `taken for ${subject}`,
    (error) => (error instanceof Refusal && error.status !== 401 ? String(error) : "refused"),
  );
}

it("permissions are compared in the document as the service compares them", async () => {
  type Comparison = { may(held: string[], needed: string): boolean };
  const { may } = await module<Comparison>("permissions");
  const names = ["*", "orders:*", "orders:read", "orders:write", "order:*", "orders-old:read"];
  for (const held of names) {
    for (const needed of names) {
      expect([held, needed, may([held], needed)]).toEqual([held, needed, grants([held], needed)]);
    }
  }
});

it("every snippet of the documents is named by what runs it", () => {
  const tests = join(import.meta.dirname, "..");
  const files = globSync("{browser,clients}/**/*.ts", {
    cwd: tests,
    exclude: ["**/node_modules/**"],
  });
  const code = files.map((name) => readFileSync(join(tests, name), "utf8")).join();
  const isNamed = (name: string) => new RegExp(`["/]${name}[".]`).test(code);
  expect(snippetNames().filter((name) => !isNamed(name))).toEqual([]);
});
