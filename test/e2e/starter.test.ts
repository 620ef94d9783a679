import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import {
  copyProject,
  type DevServer,
  freePort,
  listenOn,
  type ProjectCopy,
  startDevServer,
  startScript,
  toolEnv,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { runScript } from "../support/scripts.ts";

/* A Worker begun by the README of examples/starter. Its routes: test/e2e/example.test.ts. */

const MODULES = resolve(import.meta.dirname, "../../node_modules");
const PASSWORD = "seven quiet herons by the estuary";

let project: ProjectCopy;
let elsewhere: string;
let directory: string;
let service: DevServer;

beforeAll(async () => {
  project = copyProject(inject("migratedState"));
  elsewhere = mkdtempSync(join(tmpdir(), "auth-starter-"));
  directory = join(elsewhere, "my-api");
  // Where the two find each other, as on one machine.
  vi.stubEnv("WRANGLER_REGISTRY_PATH", join(elsewhere, "registry"));
  service = await startDevServer(project.directory);
});

afterAll(async () => {
  await service?.stop();
  vi.unstubAllEnvs();
  rmSync(elsewhere, { recursive: true, force: true });
  project.remove();
});

const create = (...args: string[]) => runScript(project.directory, "create", args);

it("brings the Node that its tools need, as the service does", () => {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")).devDependencies;
  const [own, starter] = [read("package.json"), read("examples/starter/package.json")];
  for (const name of ["node", "wrangler", "typescript"]) expect(starter[name]).toBe(own[name]);
});

/** From the packages that are here, since a test asks no registry; wrangler and tsc are here, too. */
function installOffline(): void {
  const file = join(directory, "package.json");
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(file, "utf8"));
  for (const name of ["hono", "jose"]) manifest.dependencies[name] = `file:${join(MODULES, name)}`;
  writeFileSync(file, JSON.stringify(manifest));
  run("npm", "install", "--offline", "--no-package-lock");
}

function run(command: string, ...args: string[]): void {
  const options = { cwd: directory, env: toolEnv(directory), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  expect([status, stdout, stderr]).toEqual([0, expect.any(String), expect.any(String)]);
}

const startApi = async (): Promise<DevServer> => {
  const port = await freePort();
  const isReady = async () => {
    // Until the binding has its other end, this is 503.
    const headers = { authorization: "Bearer none" };
    return (await fetch(`http://localhost:${port}/orders`, { headers })).status === 401;
  };
  return startScript({ directory, script: "dev", args: listenOn(port), ports: [port], isReady });
};

it("a Worker is begun in a directory of its own, and never over what is there", async () => {
  expect(await create(directory)).toMatchObject({ code: 0 });
  const named = ["package.json", "wrangler.toml"].map((name) =>
    readFileSync(join(directory, name), "utf8"),
  );
  expect(named).toEqual([
    expect.stringContaining('"name": "my-api"'),
    expect.stringContaining('name = "my-api"'),
  ]);
  expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe(
    "node_modules/\n.wrangler/\n.dev.vars*\n",
  );
  const again = await create(directory);
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining("is not empty") });
  expect(await create(join(elsewhere, "My_API"))).toMatchObject({ code: 1 });
  expect(await create()).toMatchObject({ code: 1 });
});

it("installed by npm it compiles, runs, and asks the service who may", async () => {
  installOffline();
  run("npm", "run", "check");
  const api = await startApi();
  try {
    const http = httpClient(service.base);
    await http.register("ada@example.com", PASSWORD);
    const { body } = await http.signIn("ada@example.com", PASSWORD);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const statusOf = async (method: string, path: string, given: object) =>
      (await fetch(`${api.base}${path}`, { method, ...given })).status;
    expect(await statusOf("GET", "/", {})).toBe(200);
    expect(await statusOf("GET", "/orders", {})).toBe(401);
    expect(await statusOf("GET", "/orders", { headers })).toBe(200);
    expect(await statusOf("POST", "/orders", { headers })).toBe(403);
    const all = await fetch(`${api.base}/orders`, { method: "DELETE", headers });
    expect(all.status).toBe(401);
    expect(all.headers.get("www-authenticate")).toContain('acr_values="aal2"');
  } finally {
    await api.stop();
  }
});
