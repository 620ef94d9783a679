import assert from "node:assert/strict";
import { test } from "node:test";
import { against, figuresOf, LIMITS, limitOf, partsInWords } from "../report/figures.ts";
import { tablesOf } from "../report/tables.ts";
import { targetsOf } from "../report/targets.ts";
import type { GrowthRow, Results } from "../results.ts";
import { authService, authServiceLater, authServiceNoble } from "../servers/auth-service.ts";
import { limits } from "../servers/limits.ts";
import { handMade, measured, ofOurs, PARTS, part, row } from "./hand-made-results.ts";

const ALL_OF_OURS = [authService, authServiceNoble, authServiceLater].flatMap(
  ({ operations }) => operations,
);

const targetNamed = (results: Results, start: string) => {
  const target = targetsOf(results).find(({ name }) => name.startsWith(start));
  assert.ok(target, `no target ${start}`);
  return target;
};

const edgePeer = (server: string, operation: string, cpu: number) =>
  row({ server, operation, kind: "refresh" }, [cpu]);

const grown = (operation: string, ...cpu: number[]): GrowthRow[] =>
  cpu.map((each, i) => ({
    dimension: "users",
    size: 10 ** (i + 3),
    operation,
    rounds: [measured(each)],
    voided: [],
  }));

test("a limit and all its parts are rows that are measured", () => {
  const parts = limits.operations.map(({ name }) => name);
  const ours = ALL_OF_OURS.map(({ name }) => name);
  for (const { operation, base, adds, hash } of LIMITS) {
    assert.ok(ours.includes(operation), operation);
    for (const name of [base, ...adds, ...(hash === undefined ? [] : [hash])]) {
      assert.ok(parts.includes(name), name);
    }
  }
});

test("every operation of ours has one limit that it is judged by", () => {
  for (const { name } of ALL_OF_OURS) {
    const judging = LIMITS.filter((limit) => limit.operation === name && !limit.isBeside);
    assert.equal(judging.length, 1, name);
  }
});

test("a limit is the sum of its parts with HTTP counted once", () => {
  const figures = figuresOf(handMade([...PARTS, ofOurs("refresh", "refresh", 14)]));
  const { limit, ours, ratio } = against(limitOf("refresh"), figures);
  assert.equal(limit?.median, 3 + (5 - 2) + (3 - 2));
  assert.equal(ours?.median, 14);
  assert.equal(ratio?.median, 0.5);
});

test("a part that occurs more than once is counted and named as often", () => {
  const figures = figuresOf(handMade([...PARTS, ofOurs("sign-in, noble", "sign-in", 115)]));
  assert.equal(against(limitOf("sign-in, noble"), figures).limit?.median, 15 + 100);
  assert.match(partsInWords(limitOf("sign-in, noble")), /3 × object call, one SQL write/);
});

test("a ratio spreads as far as its rounds do, each taken by itself", () => {
  const rows = [
    row({ server: "limits", operation: "empty route", kind: "part" }, [1, 2, 4]),
    ofOurs("key set", "key set", 2, 2, 4),
  ];
  const { ratio } = against(limitOf("key set"), figuresOf(handMade(rows)));
  assert.deepEqual(ratio, { median: 1, min: 0.5, max: 1 });
});

test("a target is reached at its goal and not below it", () => {
  const verdictAt = (cpu: number) =>
    targetNamed(handMade([...PARTS, ofOurs("key set", "key set", cpu)]), "key set").verdict;
  assert.equal(verdictAt(2.5), "reached");
  assert.equal(verdictAt(2.51), "not reached");
});

test("a verdict that other rounds would turn says so", () => {
  const target = targetNamed(
    handMade([
      row({ server: "limits", operation: "empty route", kind: "part" }, [2, 2, 2]),
      ofOurs("key set", "key set", 2.2, 2.4, 2.6),
    ]),
    "key set",
  );
  assert.equal(target.verdict, "reached");
  assert.equal(target.isClose, true);
});

test("a verdict says so too when every round lies on the other side than the median does", () => {
  // 2 / 2.9 of the medians, 2 / 2.4 and 3 / 3.4 of the rounds that both have.
  const limit = row({ server: "limits", operation: "empty route", kind: "part" }, [2, 3, 1]);
  const ofKeys = ofOurs("key set", "key set", 2.4, 3.4);
  const target = targetNamed(handMade([limit, ofKeys]), "key set");
  assert.equal(target.verdict, "not reached");
  assert.deepEqual(target.measured, { median: 2 / 2.9, min: 2 / 2.4, max: 3 / 3.4 });
  assert.equal(target.isClose, true);
});

test("an operation that only reads its object is judged by a read", () => {
  for (const operation of ["replayed refresh", "check, now", "verify by RPC, 0 s"]) {
    const { adds } = limitOf(operation);
    assert.ok(adds.includes("object call, one SQL read"), operation);
    assert.ok(!adds.includes("object call, one SQL write"), operation);
  }
});

test("a part that an older run lacks makes the limit unknown, not the operation", () => {
  const parts = [part("RPC and verify", 4), part("empty route", 2)];
  const ofRpc = ofOurs("verify by RPC, 0 s", "check, stateful", 5);
  const table = tablesOf(handMade([...parts, ofRpc]))["against-limits"] ?? "";
  assert.match(table, /verify by RPC, 0 s \|.*\| not measured \| 5\.00 .*\| not measured \|/);
});

test("sign-in is judged by what is left of it without the bare hash", () => {
  const verdictAt = (...cpu: number[]) =>
    targetNamed(
      handMade([...PARTS, ofOurs("sign-in, noble", "sign-in", ...cpu)]),
      "sign-in, noble",
    );
  assert.equal(verdictAt(100 + 15 * 1.25).verdict, "reached");
  assert.equal(verdictAt(100 + 15 * 1.3).verdict, "not reached");
});

test("a difference that is nothing in one round and too much in another is lost in the noise", () => {
  const parts = PARTS.map((each) => ({ ...each, rounds: [...each.rounds, ...each.rounds] }));
  const results = handMade([...parts, ofOurs("sign-in, noble", "sign-in", 98, 130)]);
  assert.equal(targetNamed(results, "sign-in, noble").verdict, "lost in the noise");
  assert.match(tablesOf(results)["against-limits"] ?? "", /lost in the noise/);
});

test("only peers on the edge that rotate are targets of refresh", () => {
  const results = handMade([
    ofOurs("refresh", "refresh", 1),
    edgePeer("slow", "refresh", 3),
    edgePeer("quick", "refresh", 2.9),
    edgePeer("lax", "refresh, not rotated", 9),
    { ...edgePeer("by hand", "refresh", 9), runtime: "Node" },
  ]);
  const peers = targetsOf(results).filter(({ name }) => name.includes("edge peer"));
  assert.deepEqual(
    peers.map(({ name, verdict }) => [name.split(": ")[1], verdict]),
    [
      ["slow, refresh", "reached"],
      ["quick, refresh", "not reached"],
    ],
  );
});

test("a curve is flat within a tenth of its first point, wherever it is highest", () => {
  const results = handMade([], [...grown("refresh", 10, 12, 10), ...grown("verify", 10, 11, 9)]);
  assert.equal(targetNamed(results, "refresh by users").verdict, "not reached");
  assert.equal(targetNamed(results, "verify by users").verdict, "reached");
});

test("a list may grow", () => {
  const results = handMade([], grown("list", 1, 5, 25));
  assert.ok(targetsOf(results).every(({ name }) => !name.startsWith("list")));
  assert.match(tablesOf(results)["growth"] ?? "", /\| list \|/);
});

test("one point is no curve", () => {
  const results = handMade([], grown("refresh", 10));
  assert.equal(targetNamed(results, "refresh by users").verdict, "not measured");
});

test("a target whose rows are void was not measured", () => {
  const results = handMade([...PARTS, ofOurs("refresh", "refresh")]);
  assert.equal(targetNamed(results, "refresh, as a share").verdict, "not measured");
});
