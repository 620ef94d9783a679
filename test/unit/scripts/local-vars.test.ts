import { expect, it } from "vitest";
import { timingVar } from "../../../scripts/local-vars.ts";

const ON = ["--var", "SERVER_TIMING:true"];

it.each([
  ["the development configuration", [], {}, ON],
  ["another port", ["--port", "8899", "--var", "ISSUER:http://localhost:8899"], {}, ON],
  ["another environment", ["--env", "staging"], {}, []],
  ["another environment, by a short option", ["-e", "staging"], {}, []],
  ["another environment, by a variable", [], { CLOUDFLARE_ENV: "staging" }, []],
  ["another configuration", ["--config=other.toml"], {}, []],
  ["an address that others reach", ["--var", "ISSUER:https://auth.example.com"], {}, []],
  ["one that only looks like this machine", ["--var", "ISSUER:http://localhosts"], {}, []],
  ["whoever decided it", ["--var", "A:b", "--var", "SERVER_TIMING:false"], {}, []],
])("for %s, replies have their times: %j %j", (_, args, env, expected) => {
  expect(timingVar(args, env)).toEqual(expected);
});
