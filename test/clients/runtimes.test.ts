import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevServer, freePort, startCommand } from "../support/dev-server.ts";
import { PACKAGES, PATH, type Packaged, packaged, ROOT_PACKAGES } from "./support/packaged.ts";
import { AUDIENCE, type Service, startService } from "./support/service.ts";
import { snippet } from "./support/snippets.ts";
import { badTokens } from "./support/tokens.ts";

/*
 * The client library from its tarball, in every runtime that it is for: the examples as they stand,
 * started as their READMEs say, against a running service.
 */

const EXAMPLES = join(import.meta.dirname, "../../examples");
const SERVICE = "http://localhost:8787";

let service: Service;
let bad: Readonly<Record<string, string>>;
let library: Packaged;
let directory: string;

beforeAll(async () => {
  library = packaged();
  directory = library.consumer({
    express: join(PACKAGES, "express"),
    wrangler: join(ROOT_PACKAGES, "wrangler"),
  }).directory;
  for (const name of ["express/server.js", "fetch-handler"]) {
    cpSync(join(EXAMPLES, name), join(directory, "examples", name), { recursive: true });
  }
  service = await startService();
  bad = await badTokens(service);
});

afterAll(async () => {
  await service?.stop();
  library?.remove();
});

/** Starts an example by the command in its README, on a port of its own. */
async function start(name: string, issuer: string): Promise<DevServer> {
  const port = await freePort();
  const line = snippet(name, service)
    .replace(/(AUDIENCE[=:])\S+/, `$1${AUDIENCE}`)
    .replaceAll(SERVICE, issuer)
    .replaceAll("8790", String(port));
  const url = `http://localhost:${port}/orders`;
  return startCommand({
    directory,
    command: ["sh", "-c", line],
    env: { PATH, DENO_DIR: join(directory, ".deno"), DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" },
    ports: [port],
    isReady: async () => (await fetch(url)).status === 401,
  });
}

describe.each([
  ["Node, with Express", "express"],
  ["Bun", "fetch-bun"],
  ["Deno", "fetch-deno"],
  ["workerd", "fetch-workerd"],
])("on %s", (_, name) => {
  let api: DevServer;

  beforeAll(async () => {
    api = await start(name, service.issuer);
  });

  afterAll(() => api?.stop());

  const call = (route: string, token?: string, at = api): Promise<Response> => {
    const [method = "GET", path = ""] = route.split(" ");
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(`${at.base}${path}`, { method, headers });
  };

  it("a person's token and a program's are taken, and known whose they are", async () => {
    const { access_token: token } = await service.signIn();
    expect(await (await call("GET /orders", token)).json()).toEqual({ for: service.person.id });
    const program = await call("GET /orders", await service.programToken());
    expect(await program.json()).toEqual({ for: service.program.id });
  });

  it("whatever is wrong with a token, it is 401 invalid_token", async () => {
    for (const [what, token] of Object.entries(bad)) {
      const reply = await call("GET /orders", token);
      expect([what, reply.status, await reply.json()]).toEqual([
        what,
        401,
        { type: "about:blank", status: 401, code: "invalid_token" },
      ]);
      expect(reply.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    }
    expect((await call("GET /orders")).headers.get("www-authenticate")).toBe("Bearer");
  });

  it("a missing permission is 403, and a sign-in that proves too little a challenge", async () => {
    const { access_token: token } = await service.signIn();
    expect((await call("DELETE /orders", token)).status).toBe(403);
    const reply = await call("GET /invoices", token);
    expect(reply.status).toBe(401);
    expect(reply.headers.get("www-authenticate")).toMatch(
      /^Bearer error="insufficient_user_authentication", acr_values="aal2"/,
    );
  });

  it("while the service cannot be reached it is 503 with Retry-After, never 401", async () => {
    const cutOff = await start(name, `http://localhost:${await freePort()}`);
    try {
      const reply = await call("GET /orders", (await service.signIn()).access_token, cutOff);
      expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "2"]);
    } finally {
      await cutOff.stop();
    }
  });
});
