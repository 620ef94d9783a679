import type { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import { auditReport } from "../../../scripts/audit-report.ts";
import { migratedSqlite, scriptDatabase } from "../../support/migrated-sqlite.ts";
import { HOUR } from "../../support/samples.ts";

/* Which places are findings is in audit-places.test.ts. */

const NOW = Date.UTC(2026, 0, 1);

let sqlite: DatabaseSync;
let serial = 0;

beforeEach(() => {
  sqlite = migratedSqlite("migrations/audit");
});

/** Events of a user, stored some milliseconds ago. */
function store(subject: string, seqs: readonly number[], age = 3 * HOUR): void {
  const row = sqlite.prepare(
    `insert into events (id, type, occurred_at, seq, stored_at, actor_kind, actor_id, subject_kind,
       subject_id, outcome, data)
     values (?, 'session.opened', ?, ?, ?, 'user', 'x', 'user', ?, 'success', '{}')`,
  );
  for (const seq of seqs) row.run(`evt_${++serial}`, NOW - age, seq, NOW - age, subject);
}

const report = (size = 1_000) => auditReport(scriptDatabase(sqlite), size, () => NOW);

it("finds nothing in a trail that is whole, and says how much it looked at, in pages of any size", () => {
  store("usr_a", [1, 2, 3]);
  store("usr_b", [5, 6]);
  const whole = { isWhole: true, lines: ["5 events of users: nothing is missing or twice."] };
  for (const size of [2, 3, 4, 5, 6, 1_000]) expect(report(size)).toEqual(whole);
});

it("names what is missing or twice, once", () => {
  store("usr_a", [1, 2, 3]);
  store("usr_c", [1, 4, 4, 6]);
  const wrong = {
    isWhole: false,
    lines: [
      "usr_c: event 4 is there 2 times",
      "usr_c: events 2 to 3 are missing",
      "usr_c: event 5 is missing",
      "6 events of users: 3 findings.",
    ],
  };
  for (const size of [2, 3, 1_000]) expect(report(size)).toEqual(wrong);
});

it("counts apart what may still be on its way", () => {
  store("usr_d", [1, 3], 0);
  expect(report()).toEqual({
    isWhole: true,
    lines: [
      "2 events of users: nothing is missing or twice.",
      "1 gap is younger than two hours: look again later.",
    ],
  });
  store("usr_e", [1, 3], HOUR);
  store("usr_f", [1, 3]);
  expect(report()).toEqual({
    isWhole: false,
    lines: [
      "usr_f: event 2 is missing",
      "6 events of users: 1 finding.",
      "2 gaps are younger than two hours: look again later.",
    ],
  });
});

it("shows a hundred findings, and says how many more there are", () => {
  store(
    "usr_a",
    Array.from({ length: 104 }, (_, at) => 2 * at + 1),
  );
  const { lines } = report();
  expect(lines).toHaveLength(102);
  expect(lines.slice(100)).toEqual(["… and 3 more.", "104 events of users: 103 findings."]);
});
