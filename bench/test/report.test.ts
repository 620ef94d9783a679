import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, documented } from "../report/document.ts";
import { plotsOf } from "../report/plots.ts";
import { summary, tablesOf } from "../report/tables.ts";
import { conclusionOf } from "../report/voided.ts";
import type { GrowthRow, Results } from "../results.ts";
import { handMade, measured, ofOurs, row } from "./hand-made-results.ts";

const edgePeer = (server: string, operation: string, cpu: number) =>
  row({ server, operation, kind: "refresh" }, [cpu]);

test("a peer is compared with our operation of the same name, or with our first of its kind", () => {
  const { refusal = "" } = tablesOf(
    handMade([
      ofOurs("forged access token refused", "refusal", 1),
      ofOurs("forged refresh token refused", "refusal", 2),
      row({ server: "same", operation: "forged refresh token refused", kind: "refusal" }, [8]),
      row({ server: "other", operation: "expired token refused", kind: "refusal" }, [8]),
    ]),
  );
  assert.match(refusal, /\| same \|.*\| 4\.00 × \|/);
  assert.match(refusal, /\| other \|.*\| 8\.00 × \|/);
});

test("a row without a valid round is void, last, and says why", () => {
  const results = handMade([ofOurs("refresh", "refresh"), edgePeer("peer", "refresh", 2)]);
  const { refresh = "" } = tablesOf(results);
  assert.match(refresh, /\*\*auth-service\*\* .*\| void \| void \| void \| void \| 0 \/ 1 \| — \|/);
  assert.ok(refresh.indexOf("| peer |") < refresh.indexOf("**auth-service**"));
  assert.match(
    refresh,
    /Void: 1 of 1 rounds of auth-service, refresh: `unexpected reply: 500 a\|b`/,
  );
  assert.match(summary(results), /auth-service: refresh +void/);
});

test("one void round among good ones is counted and named, and nothing claims otherwise", () => {
  const twice = { ...ofOurs("refresh", "refresh", 1, 1), voided: ["unexpected reply: 401"] };
  const results = handMade([twice]);
  const { refresh = "" } = tablesOf(results);
  assert.match(refresh, /\| 2 \/ 1 \|/);
  assert.match(refresh, /Void: 1 of 3 rounds of auth-service, refresh: `unexpected reply: 401`/);
  assert.deepEqual(conclusionOf(results), {
    lines: ["void: 1 of 3 rounds of auth-service, refresh"],
    isComplete: true,
  });
});

test("every reply is said to be as expected only where no round was void", () => {
  const good = conclusionOf(handMade([ofOurs("refresh", "refresh", 1)]));
  assert.match(good.lines.join(), /every reply of it as expected/);
  assert.equal(good.isComplete, true);
  assert.equal(conclusionOf(handMade([ofOurs("refresh", "refresh")])).isComplete, false);
});

const noServer: GrowthRow = {
  dimension: "users",
  size: 1_000,
  operation: "refresh",
  rounds: [],
  voided: ["no process", "no process", "no process"],
};
const beside = { beside: "nothing", operation: "check" };

test("sizes and mixes that were void are named below their tables", () => {
  const mix = [{ ...beside, rounds: [measured(1)], voided: ["too few"] }];
  const results: Results = { ...handMade([], [noServer]), mix };
  const tables = tablesOf(results);
  assert.match(
    tables["growth"] ?? "",
    /Void: 3 of 3 rounds of refresh at 1000 users: `no process`/,
  );
  assert.match(tables["mix"] ?? "", /Void: 1 of 2 rounds of check beside nothing: `too few`/);
  assert.equal(conclusionOf(results).lines.length, 2);
});

test("a file of an older run, which counted less, still makes tables", () => {
  const { mix: _, disk: __, hash: ___, ...protocol } = handMade([]).protocol;
  const { voided: ____, ...startUp } = handMade([]).startUp;
  const mix = [{ ...beside, rounds: [measured(1)] }];
  const tables = tablesOf(completed({ ...handMade([]), protocol, startUp, mix }));
  assert.match(tables["mix"] ?? "", /\| nothing \|/);
  assert.doesNotMatch(tables["mix"] ?? "", /Void/);
  assert.doesNotMatch(tables["machine"] ?? "", /\| mix \|/);
});

test("a p99 of fewer than a hundred operations is not printed", () => {
  const few = { ...measured(1), operations: 99 };
  const rounds = [{ throughput: measured(1), latency: few }];
  const { refresh = "" } = tablesOf(handMade([{ ...ofOurs("refresh", "refresh"), rounds }]));
  assert.match(refresh, /\| 10\.0 \/ 20\.0 \| 10\.0 \/ — \|/);
});

test("a sign-in is compared with ours of the same hash", () => {
  const peer = (server: string) => row({ server, operation: "sign-in", kind: "sign-in" }, [8]);
  const table = tablesOf(
    handMade([
      ofOurs("sign-in, node:crypto", "sign-in", 2),
      { ...ofOurs("sign-in, noble", "sign-in", 4), server: "auth-service, noble" },
      peer("peer"),
      peer("peer, equal hash"),
      peer("Fastify, JWT, SQLite"),
    ]),
  )["sign-in"];
  const lines = (table ?? "").split("\n");
  const factorOf = (name: string) =>
    / ([\d.]+) × \|$/.exec(lines.find((line) => line.includes(`${name} |`)) ?? "")?.[1];
  assert.equal(factorOf("peer"), "2.00");
  assert.equal(factorOf("equal hash"), "4.00");
  assert.equal(factorOf("SQLite"), "4.00");
  assert.match(table ?? "", /against “sign-in, noble”.*against “sign-in, node:crypto”/);
});

test("what may be ten seconds old is shown as that", () => {
  const results = handMade([ofOurs("verify by RPC, 10 s", "check, stateful", 1)]);
  const tables = tablesOf(results);
  for (const name of ["check-stateful", "against-limits"]) {
    assert.match(tables[name] ?? "", /verify by RPC, up to 10 s old/);
  }
});

test("what was not measured is an empty table and no plot", async () => {
  const results = handMade([]);
  const { machine, targets, ...others } = tablesOf(results);
  assert.ok(machine !== "" && targets !== "");
  assert.deepEqual([...new Set(Object.values(others))], [""]);
  assert.equal((await plotsOf(results)).size, 0);
});

test("a plot holds no markup of a name's", async () => {
  const plots = await plotsOf(handMade([edgePeer("<b> & co", "refresh", 2)]));
  const plot = plots.get("refresh") ?? "";
  assert.match(plot, /&lt;b&gt; &amp; co: refresh/);
  assert.doesNotMatch(plot, /NaN|Infinity|<b>/);
});

const marked = (name: string, body: string) =>
  `<!-- bench:${name} -->${body}<!-- /bench:${name} -->`;

test("a table replaces what stands between its markers and nothing else", () => {
  const text = `# A\n\n${marked("mix", "\nold $1\n")}\n\nB ${marked("growth", "kept")}`;
  const once = documented(text, { mix: "| $& |" });
  assert.equal(once, `# A\n\n${marked("mix", "\n\n| $& |\n\n")}\n\nB ${marked("growth", "kept")}`);
  assert.equal(documented(once, { mix: "| $& |" }), once);
  assert.equal(documented(text, { mix: "" }), text.replace("old $1\n", ""));
});

test("a document without a table's markers is refused", () => {
  assert.throws(() => documented("# A", { mix: "x" }), /bench:mix/);
  assert.throws(() => documented("<!-- bench:mix -->", { mix: "x" }), /bench:mix/);
  assert.throws(
    () => documented("<!-- /bench:mix --><!-- bench:mix -->", { mix: "x" }),
    /bench:mix/,
  );
});
