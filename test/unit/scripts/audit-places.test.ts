import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  FIRST_PLACE,
  type Finding,
  type PlaceCursor,
  placesQuery,
  readPlaces,
} from "../../../scripts/audit-places.ts";
import { migratedSqlite } from "../../support/migrated-sqlite.ts";
import { DAY, HOUR } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1);

let db: DatabaseSync;
let serial = 0;

beforeEach(() => {
  db = migratedSqlite("migrations/audit");
});

/** @param age how long ago it happened and was stored */
function store(subject: string, seq: number | null, age = 3 * HOUR, happened = age): void {
  db.prepare(
    `insert into events (id, type, occurred_at, seq, stored_at, actor_kind, actor_id, subject_kind,
       subject_id, outcome, data)
     values (?, 'session.opened', ?, ?, ?, 'user', 'x', 'user', ?, 'success', '{}')`,
  ).run(`evt_${++serial}`, NOW - happened, seq, NOW - age, subject);
}

/** All that is found, page by page; what two pages find is one. */
function verify(size = 1_000): Finding[] {
  const found = new Map<string, Finding>();
  for (let from: PlaceCursor | null = FIRST_PLACE; from !== null; ) {
    const page = readPlaces(db.prepare(placesQuery(from, size)).all(), NOW);
    for (const finding of page.findings) found.set(JSON.stringify(finding), finding);
    from = page.size < size ? null : page.end;
  }
  return [...found.values()];
}

const gap = (subject: string, from: number, to = from, isLate = true): Finding => ({
  kind: "gap",
  subject,
  from,
  to,
  isLate,
});

describe("places in the audit trail", () => {
  it("nothing is found in a trail that is whole, or empty, or has events without a place", () => {
    expect(verify()).toEqual([]);
    for (const seq of [1, 2, 3]) store("usr_a", seq);
    store("usr_b", 1);
    for (let i = 0; i < 3; i++) store("usr_a", null);
    expect(verify()).toEqual([]);
  });

  it("finds what is missing between two, and what is there twice, user by user", () => {
    for (const seq of [1, 3, 4, 9]) store("usr_a", seq);
    for (const seq of [1, 2, 2, 2]) store("usr_b", seq);
    for (const seq of [2, 3]) store("usr_c", seq);
    expect(verify()).toEqual([
      gap("usr_a", 2),
      gap("usr_a", 5, 8),
      { kind: "repeat", subject: "usr_b", seq: 2, times: 3 },
    ]);
  });

  it("the beginning may be gone, since old events are removed", () => {
    for (const seq of [40, 41, 42]) store("usr_a", seq);
    expect(verify()).toEqual([]);
  });

  it("so may one that happened before one of an earlier place, at the edge of what is left", () => {
    // The third happened first: its change took an hour to be settled.
    store("usr_a", 2, 90 * DAY - 1);
    store("usr_a", 4, 90 * DAY - 2);
    expect(verify()).toEqual([]);
    store("usr_b", 2, 90 * DAY - 2 * HOUR);
    store("usr_b", 4, 89 * DAY);
    expect(verify()).toEqual([gap("usr_b", 3)]);
  });

  it("a trail of today was never shortened, so nothing excuses its gaps", () => {
    for (const seq of [1, 3]) store("usr_a", seq, 3 * HOUR);
    expect(verify()).toEqual([gap("usr_a", 2)]);
  });

  it("what is missing before one that was stored in the last two hours may be on its way", () => {
    store("usr_a", 1, 3 * HOUR);
    store("usr_a", 3, 2 * HOUR);
    store("usr_b", 1, 3 * HOUR);
    store("usr_b", 3, 2 * HOUR + 1);
    expect(verify()).toEqual([gap("usr_a", 2, 2, false), gap("usr_b", 2)]);
  });

  it("finds the same in pages of any size, and no page walks the whole table", () => {
    const places = fc.array(
      fc.tuple(fc.constantFrom("usr_a", "usr_b", "usr_c"), fc.integer({ min: 1, max: 9 })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(places, fc.integer({ min: 2, max: 7 }), (stored, size) => {
        db.exec("delete from events");
        for (const [subject, seq] of stored) store(subject, seq);
        expect(verify(size)).toEqual(verify());
      }),
      { numRuns: 200 },
    );
    const query = placesQuery({ subject: "usr_b", seq: 3 }, 1_000);
    const plan = db
      .prepare(`explain query plan ${query}`)
      .all()
      .map(({ detail }) => String(detail));
    const scans = plan.filter((step) => /^(SCAN|SEARCH) events/.test(step));
    expect(scans[0]).toContain("COVERING INDEX events_place ((subject_id,seq)>(?,?))");
    for (const step of scans) expect(step).toContain("INDEX");
  });
});
