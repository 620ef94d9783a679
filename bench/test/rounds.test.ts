import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { durationOf, runRounds } from "../measure/rounds.ts";
import { optionsOf } from "../options.ts";
import { get, repeat, times } from "../servers/http.ts";
import { limits } from "../servers/limits.ts";
import type { Operation, Server } from "../servers/server.ts";

const { protocol } = optionsOf(["--rounds", "2"]);

const operation = (name: string): Operation => ({
  name,
  kind: "key set",
  request: "GET /",
  requests: 1,
  storage: "none",
  target: "main",
  actors: async (_, count) => times(count, () => repeat(get("/"), 200)),
});

test("a server that does not start voids its rows of that round and ends nothing else", async () => {
  const server: Server = {
    name: "broken",
    runtime: "Node",
    launch: () => {
      throw new Error("no such bundle");
    },
    operations: [operation("one"), operation("other")],
  };
  const root = mkdtempSync(join(tmpdir(), "auth-service-bench-test-"));
  const lines: string[] = [];
  const progress = (line: string) => void lines.push(line);
  try {
    const rows = await runRounds([server], { protocol, bundles: new Map(), root, progress });
    assert.deepEqual(
      rows.map(({ operation, rounds, voided }) => ({ operation, rounds, voided })),
      ["one", "other"].map((operation) => ({
        operation,
        rounds: [],
        voided: ["no such bundle", "no such bundle"],
      })),
    );
    assert.ok(lines.some((line) => line.includes("VOID broken: start: no such bundle")));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a bare hash is measured as long as the sign-in that it is taken off from", () => {
  const named = (name: string) => limits.operations.filter((each) => each.name.includes(name));
  const hashes = named("scrypt");
  assert.equal(hashes.length, 2);
  for (const hash of hashes) {
    const { warmUp, measured } = durationOf(operation("sign-in"), protocol);
    assert.deepEqual(durationOf(hash, protocol), { warmUp, measured });
  }
  for (const other of named("empty route")) {
    assert.deepEqual(durationOf(other, protocol), protocol.part);
  }
});
