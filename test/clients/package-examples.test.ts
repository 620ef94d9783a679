import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevServer, freePort, startCommand } from "../support/dev-server.ts";
import { PACKAGES, PATH, type Packaged, packaged, ROOT_PACKAGES } from "./support/packaged.ts";
import { type Service, startService } from "./support/service.ts";
import { snippet } from "./support/snippets.ts";

/*
 * packages/client/README.md: what it shows of auth-service/client, run against a service from the
 * package as npm installs it.
 */

let service: Service;
let library: Packaged;
let directory: string;

beforeAll(async () => {
  library = packaged();
  directory = library.consumer({
    hono: join(PACKAGES, "hono"),
    wrangler: join(ROOT_PACKAGES, "wrangler"),
  }).directory;
  service = await startService();
});

afterAll(async () => {
  await service?.stop();
  library?.remove();
});

function write(name: string): string {
  const file = join(directory, `${name}.ts`);
  writeFileSync(file, snippet(name, service));
  return file;
}

const module = <Exports>(name: string): Promise<Exports> => import(/* @vite-ignore */ write(name));

describe("with the key set, in Node", () => {
  it("a verdict is the claims or a code", async () => {
    type KeySet = { verifier: { verify(token: string, options?: object): Promise<unknown> } };
    type Verify = { whoMayRead(verifier: object, token: string): Promise<string> };
    const { verifier } = await module<KeySet>("client-key-set");
    const { whoMayRead } = await module<Verify>("client-verify");
    const { access_token: token } = await service.signIn();
    expect(await whoMayRead(verifier, token)).toBe(service.person.id);
    expect(await whoMayRead(verifier, "garbage")).toBe("sign in or refresh");
    const fresh = await verifier.verify(token, { maxStaleness: 0 });
    expect(fresh).toEqual({ ok: false, code: "invalid_request" });
  });

  it("a route answers with whose token it is, or with the refusal", async () => {
    const { handle } = await module<{ handle(request: Request): Promise<Response> }>(
      "client-fetch",
    );
    const call = (headers: HeadersInit) => handle(new Request("http://orders", { headers }));
    const { access_token: token } = await service.signIn();
    const reply = await call({ authorization: `Bearer ${token}` });
    expect(await reply.json()).toEqual({ for: service.person.id });
    const refused = await call({});
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });
});

/** Both Workers of the README in one: the second under a path of its own. */
const WORKER = `import hono from "./client-worker.ts";
import plain from "./client-binding.ts";
export default {
  fetch: (request, ...rest) =>
    new URL(request.url).pathname === "/plain" ? plain.fetch(request, ...rest) : hono.fetch(request, ...rest),
};
`;

describe("with a binding, in a Worker", () => {
  let worker: DevServer;

  beforeAll(async () => {
    write("client-worker");
    write("client-binding");
    writeFileSync(join(directory, "worker.ts"), WORKER);
    const config = 'name = "orders"\nmain = "worker.ts"\ncompatibility_date = "2026-11-01"\n';
    writeFileSync(join(directory, "wrangler.toml"), config + snippet("client-bindings", service));
    const port = await freePort();
    worker = await startCommand({
      directory,
      command: ["npx", "wrangler", "dev", "--port", `${port}`, "--inspector-port", "0"],
      // Workers find each other through what wrangler keeps there.
      env: { PATH, XDG_CONFIG_HOME: join(service.directory, ".config") },
      ports: [port],
      // Until the binding has its other end, this is 503.
      isReady: async () => (await call("GET", "/orders", "none", port)).status === 401,
    });
  });

  afterAll(() => worker?.stop());

  const call = (method: string, path: string, token: string, port = worker.port) =>
    fetch(`http://localhost:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });

  it("each route asks for what it says", async () => {
    const { access_token: token } = await service.signIn();
    const orders = await call("GET", "/orders", token);
    expect(await orders.json()).toEqual({ for: service.person.id });
    expect((await call("DELETE", "/orders", token)).status).toBe(403);
  });

  it("an ended session is refused at once where the account is asked", async () => {
    const { access_token: token } = await service.signIn();
    expect(await (await call("POST", "/plain", token)).json()).toBe(service.person.id);
    await service.signOut(token);
    expect(await (await call("POST", "/plain", token)).json()).toBe("invalid_token");
    expect((await call("GET", "/orders", token)).status).toBe(200);
    expect((await call("DELETE", "/orders", token)).status).toBe(401);
  });
});
