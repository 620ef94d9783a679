import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { timingVar } from "../../../scripts/local-vars.ts";

const ON = ["--var", "SERVER_TIMING:true"];
const HERE = 'ISSUER = "http://localhost:8787"';
const TUNNEL = 'ISSUER = "https://herons.trycloudflare.com"';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "vars-"));
  configure(HERE);
});

afterEach(() => rmSync(directory, { recursive: true }));

const configure = (vars: string) =>
  writeFileSync(
    join(directory, "wrangler.toml"),
    `name = "a"\nsecrets.required = ["AUTH_SECRETS"]\n[vars]\n${vars}\n`,
  );
const writeVars = (text: string, file = ".dev.vars") => writeFileSync(join(directory, file), text);
const timing = (args: string[] = [], env = {}) => timingVar(args, { directory, env });

it.each([
  ["the development configuration", [], {}, ON],
  ["another port", ["--port", "8899", "--var", "ISSUER:http://localhost:8899"], {}, ON],
  ["another address of this machine", ["--var", "ISSUER:http://127.0.0.1:8787"], {}, ON],
  ["another environment", ["--env", "staging"], {}, []],
  ["another environment, by a short option", ["-e", "staging"], {}, []],
  ["another environment, by a variable", [], { CLOUDFLARE_ENV: "staging" }, []],
  ["another configuration", ["--config=other.toml"], {}, []],
  ["an address that others reach", ["--var", "ISSUER:https://auth.example.com"], {}, []],
  ["one behind another var", ["--var", "A:b", "ISSUER:https://auth.example.com"], {}, []],
  ["one behind another var with =", ["--var=A:b", "ISSUER:https://auth.example.com"], {}, []],
  ["one that is no var", ["--var", "A:b", "--name", "ISSUER:https://auth.example.com"], {}, ON],
  ["one that only looks like this machine", ["--var", "ISSUER:http://localhosts"], {}, []],
  ["whoever decided it", ["--var", "A:b", "--var", "SERVER_TIMING:false"], {}, []],
])("for %s, replies have their times: %j %j", (_, args, env, expected) => {
  expect(timing(args, env)).toEqual(expected);
});

it("the address of a tunnel in the configuration leaves the times out, and a var for this machine brings them back", () => {
  configure(TUNNEL);
  expect(timing()).toEqual([]);
  expect(timing(["--var", "ISSUER:http://localhost:8787"])).toEqual(ON);
});

it("the address of a tunnel in .dev.vars, or in a file that is read in its place, leaves the times out", () => {
  writeVars("ISSUER=https://herons.trycloudflare.com", "other.vars");
  expect(timing()).toEqual(ON);
  expect(timing(["--env-file", "other.vars"])).toEqual([]);
  writeVars("ISSUER=https://herons.trycloudflare.com");
  expect(timing()).toEqual([]);
});

it("who decided it in the configuration is heard", () => {
  configure(`${HERE}\nSERVER_TIMING = "false"`);
  expect(timing()).toEqual([]);
});

it("a configuration that cannot be read is left for wrangler to judge", () => {
  configure("ISSUER = ");
  expect(timing()).toEqual([]);
});
