import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { httpClient } from "../support/http-client.ts";
import { type App, authJsApp } from "./support/auth-js.ts";
import { type Listening, listen, type Network, network } from "./support/servers.ts";
import { type Service, startService, type Tokens } from "./support/service.ts";
import { load } from "./support/snippets.ts";

/*
 * docs/clients.md, "Get and keep tokens in JavaScript": libraries as they ship, by the snippets
 * that stand there.
 */

let service: Service;
let orders: Listening;
let way: Network;

type Verifier = { verify(token: string): Promise<{ sub: string }> };

beforeAll(async () => {
  service = await startService();
  way = await network(service.issuer);
  const { verify } = await load<Verifier>("jose", service);
  orders = await listen(async (request, response) => {
    if (request.url === "/strict") {
      response.writeHead(401, {
        "www-authenticate": 'Bearer error="insufficient_user_authentication", acr_values="aal2"',
      });
      response.end();
      return;
    }
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const claims = await verify(token).catch(() => null);
    response.writeHead(claims === null ? 401 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ for: claims?.sub ?? null }));
  });
});

afterAll(async () => {
  await Promise.all([orders?.close(), way?.close()]);
  await service?.stop();
});

const direct = <Exports>(name: string) => load<Exports>(name, service);
const http = () => httpClient(service.issuer);

/** What the service would answer to whoever shows the token. */
const successorOf = async (token: string) => (await http().refresh(token)).body.refresh_token;

describe("openid-client", () => {
  type Reply = { access_token: string; refresh_token: string };
  type Client = {
    refresh(token: string): Promise<Reply>;
    signOut(token: string): Promise<void>;
    program(
      id: string,
      secret: string,
    ): Promise<{
      token(): Promise<Reply>;
      introspect(token: string): Promise<{ active: boolean; sub?: string; scope?: string }>;
    }>;
  };

  it("refreshes and ends a person's session as the client first-party, without a secret", async () => {
    const client = await direct<Client>("openid-client");
    const first = await service.signIn();
    const second = await client.refresh(first.refresh_token);
    expect(second.refresh_token).toBe(await successorOf(first.refresh_token));
    await client.signOut(second.refresh_token);
    await expect(client.refresh(second.refresh_token)).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("fetches a program's token, and introspects access tokens but no refresh token", async () => {
    const { program } = await direct<Client>("openid-client");
    const { token, introspect } = await program(service.program.id, service.program.secret);
    const { access_token: own } = await token();
    expect(await introspect(own)).toMatchObject({ active: true, sub: service.program.id });
    const person = await service.signIn();
    const found = { active: true, sub: service.person.id, scope: "orders:read" };
    expect(await introspect(person.access_token)).toMatchObject(found);
    expect(await introspect(person.refresh_token)).toEqual({ active: false });
  });
});

it("oauth4webapi refreshes a person's session, and is told of a spent token", async () => {
  type Client = { refresh(token: string): Promise<Tokens> };
  const { refresh } = await direct<Client>("oauth4webapi");
  const { refresh_token: first } = await service.signIn();
  const { refresh_token: second } = await refresh(first);
  expect(second).toBe(await successorOf(first));
  await refresh(second);
  await expect(refresh(first)).rejects.toMatchObject({ error: "invalid_grant" });
});

/** A tab that is open: the snippet, loaded anew. */
type Keeper = {
  readonly tokens: Pick<Tokens, "access_token" | "refresh_token">;
  /** @returns whom the order is for */
  get(): Promise<string>;
};

const through = <Exports>(name: string) =>
  load<Exports>(name, { issuer: way.origin, orders: orders.origin });

async function withAxios(): Promise<Keeper> {
  type Api = { get(path: string): Promise<{ data: { for: string } }> };
  const { tokens, api } = await through<{ tokens: Tokens; api: Api }>("axios");
  return { tokens, get: async () => (await api.get("/orders")).data.for };
}

async function withKy(): Promise<Keeper> {
  type Api = { get(path: string): { json(): Promise<{ for: string }> } };
  const { tokens, api } = await through<{ tokens: Tokens; api: Api }>("ky");
  return { tokens, get: async () => (await api.get("orders").json()).for };
}

type FetchSnippet = {
  tokens: Tokens;
  call(path: string): Promise<{ status: number; json(): Promise<{ for: string }> }>;
};

async function withFetch(): Promise<Keeper> {
  const { tokens, call } = await through<FetchSnippet>("fetch");
  return { tokens, get: async () => (await (await call("/orders")).json()).for };
}

/** Signed in some time ago: the access token is worth nothing any more. */
async function aged(keeper: Keeper, { refresh_token }: Tokens): Promise<Keeper> {
  Object.assign(keeper.tokens, { access_token: "expired", refresh_token });
  return keeper;
}

const fiveOrders = (keeper: Keeper) => Promise.all([1, 2, 3, 4, 5].map(() => keeper.get()));

describe.each<[string, () => Promise<Keeper>]>([
  ["axios", withAxios],
  ["ky", withKy],
  ["fetch alone", withFetch],
])("%s", (_, open) => {
  it("with five requests refused at once refreshes once, and sends each again", async () => {
    const signedIn = await service.signIn();
    const keeper = await aged(await open(), signedIn);
    expect(await fiveOrders(keeper)).toEqual(Array(5).fill(service.person.id));
    expect(keeper.tokens.refresh_token).toBe(await successorOf(signedIn.refresh_token));
  });

  it("in two tabs at once gets the same successor in both", async () => {
    const signedIn = await service.signIn();
    const tabs = await Promise.all([open(), open()].map(async (tab) => aged(await tab, signedIn)));
    expect((await Promise.all(tabs.map(fiveOrders))).flat()).toEqual(
      Array(10).fill(service.person.id),
    );
    const held = tabs.map(({ tokens }) => tokens.refresh_token);
    expect(new Set(held).size).toBe(1);
    expect((await http().refresh(held[0] ?? "")).status).toBe(200);
  });

  it("is told when the session has ended, and does not ask for ever", async () => {
    const signedIn = await service.signIn();
    const keeper = await aged(await open(), signedIn);
    await http().call("POST", "/v1/auth/logout", {
      body: { refresh_token: signedIn.refresh_token },
    });
    await expect(keeper.get()).rejects.toMatchObject({ response: { status: 401 } });
  });
});

it.each([
  ["ky", withKy],
  ["fetch alone", withFetch],
])("%s survives a lost reply and an outage, and stays signed in", async (_, open) => {
  for (const weather of ["reply lost", "service down"] as const) {
    const signedIn = await service.signIn();
    const keeper = await aged(await open(), signedIn);
    way.weather = weather;
    expect(await keeper.get()).toBe(service.person.id);
    expect(keeper.tokens.refresh_token).toBe(await successorOf(signedIn.refresh_token));
  }
});

it("fetch alone renews nothing where a stronger proof is asked for", async () => {
  const { tokens, call } = await through<FetchSnippet>("fetch");
  const signedIn = Object.assign(tokens, await service.signIn());
  expect((await call("/strict")).status).toBe(401);
  expect(tokens).toEqual({ ...signedIn });
});

describe("Auth.js", () => {
  const MINUTE = 60_000;
  let app: App;

  beforeAll(async () => {
    const { config } = await through<{ config: Record<string, unknown> }>("auth-js");
    app = await authJsApp(config);
  });

  const signIn = () =>
    app.signIn({ email: service.person.email, password: service.person.password });

  /** The app's clock alone: its token is about to expire, while the service knows better. */
  function later(): void {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * MINUTE });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  it("signs a person in, and keeps the token while it is good", async () => {
    const { session, cookies } = await app.session(await signIn());
    expect((await app.session(cookies)).session).toEqual({
      ...session,
      expires: expect.anything(),
      access_token: session?.access_token,
    });
    expect((await http().me(session?.access_token ?? "")).body.user.id).toBe(service.person.id);
  });

  it("rotates the cookie, and one that was not stored still works within the replay window", async () => {
    const first = await signIn();
    later();
    const [one, other] = await Promise.all([app.session(first), app.session(first)]);
    const unstored = await app.session(first);
    for (const { session } of [one, other, unstored]) {
      expect((await http().me(session?.access_token ?? "")).status).toBe(200);
    }
    // The successor is used, 10 minutes later still: the one before it is reuse from here on.
    vi.setSystemTime(Date.now() + 10 * MINUTE);
    expect((await app.session(other.cookies)).session).not.toBeNull();
    expect((await app.session(first)).session).toBeNull();
  });

  it("keeps its session through an outage and a lost reply, and loses it when the service has ended it", async () => {
    const first = await signIn();
    later();
    way.weather = "service down";
    const during = await app.session(first);
    expect(during.session?.access_token).toBeDefined();
    way.weather = "reply lost";
    const unheard = await app.session(during.cookies);
    expect(unheard.session?.access_token).toBeDefined();
    const after = await app.session(unheard.cookies);
    const { access_token: token = "" } = after.session ?? {};
    expect((await http().call("POST", "/v1/auth/logout", { token })).status).toBe(204);
    vi.setSystemTime(Date.now() + 10 * MINUTE);
    const ended = await app.session(after.cookies);
    expect(ended.session).toBeNull();
    expect([...ended.cookies.keys()].filter((name) => name.includes("session"))).toEqual([]);
  });
});
