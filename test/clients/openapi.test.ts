import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Service, startService } from "./support/service.ts";
import { snippet } from "./support/snippets.ts";

/*
 * docs/clients.md, "A typed client": the API's document as a linter and a generator take it, and
 * what the generated types make of a right and of a wrong program.
 */

const PACKAGES = join(import.meta.dirname, "node_modules");

/** Below node_modules, so that the program finds the packages, and nobody takes it for source. */
const DIRECTORY = join(PACKAGES, ".typed-client");

let service: Service;

beforeAll(async () => {
  service = await startService();
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
});

afterAll(() => service?.stop());

type Run = { readonly status: number | null; readonly stdout: string; readonly output: string };

function run(tool: string, args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(join(PACKAGES, ".bin", tool), args, {
    cwd: DIRECTORY,
    encoding: "utf8",
    // It would tell its makers that it was used.
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  return { status, stdout, output: stdout + stderr };
}

const PROGRAM = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    target: "es2023",
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
    lib: ["es2023", "dom", "dom.iterable"],
  },
  include: ["*.ts"],
};

it("the document has nothing that Redocly's linter recommends against", async () => {
  const document = await (await fetch(`${service.issuer}/openapi.json`)).text();
  writeFileSync(join(DIRECTORY, "openapi.json"), document);
  // Development is served at localhost, and what is open to all and takes nothing refuses nobody.
  const skipped = ["no-server-example.com", "operation-4xx-response"].flatMap((rule) => [
    "--skip-rule",
    rule,
  ]);
  const { stdout } = run("redocly", ["lint", "openapi.json", "--format=json", ...skipped]);
  expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] });
});

it("a client is generated from it as docs/clients.md says, compiles and works", async () => {
  const [npx, tool = "", ...args] = snippet("openapi-types", service).trim().split(" ");
  expect(npx).toBe("npx");
  expect(run(tool, args)).toMatchObject({ status: 0 });
  const program = join(DIRECTORY, "typed-client.ts");
  writeFileSync(program, snippet("typed-client", service));
  writeFileSync(join(DIRECTORY, "tsconfig.json"), JSON.stringify(PROGRAM));
  expect(run("tsc", ["-p", "."])).toMatchObject({ status: 0, output: "" });

  type Client = { nameOf(email: string, password: string): Promise<string> };
  const { nameOf }: Client = await import(/* @vite-ignore */ program);
  const { email, password } = service.person;
  expect(await nameOf(email, password)).toBe(email);
  expect(await nameOf(email, "not the password")).toBe("invalid_credentials");
});

it("the compiler refuses what the API would", () => {
  const program = snippet("typed-client", service);
  const check = "if (error !== undefined)";
  const wrong = {
    field: `${program}\nauth.POST("/v1/auth/login", { body: { user: "ada" } });\n`,
    method: `${program}\nauth.PUT("/v1/auth/login", {});\n`,
    code: program.replace(check, `if (error?.code === "role_in_use") throw error;\n  ${check}`),
  };
  for (const [name, code] of Object.entries(wrong)) {
    writeFileSync(join(DIRECTORY, `${name}.ts`), code);
  }
  const { stdout } = run("tsc", ["-p", "."]);
  const refused = [...stdout.matchAll(/^([\w-]+)\.ts\(\d+,\d+\): error TS/gm)].map(([, at]) => at);
  expect(new Set(refused)).toEqual(new Set(Object.keys(wrong)));
});
