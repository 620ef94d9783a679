import assert from "node:assert/strict";
import { test } from "node:test";
import { documented } from "../report/document.ts";
import { plotsOf } from "../report/plots.ts";
import { tablesOf } from "../report/tables.ts";
import { summary } from "../report/terminal.ts";
import { handMade, ofOurs, row } from "./hand-made-results.ts";

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
  assert.match(refresh, /Void: auth-service, refresh: `unexpected reply: 500 a\|b`/);
  assert.match(summary(results), /auth-service: refresh +void/);
});

test("what was not measured is an empty table and no plot", () => {
  const results = handMade([]);
  const { machine, targets, ...others } = tablesOf(results);
  assert.ok(machine !== "" && targets !== "");
  assert.deepEqual([...new Set(Object.values(others))], [""]);
  assert.equal(plotsOf(results).size, 0);
});

test("a plot holds no markup of a name's", () => {
  const plot = plotsOf(handMade([edgePeer("<b> & co", "refresh", 2)])).get("refresh") ?? "";
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
