import type { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { opsReport } from "../../../scripts/ops-report.ts";
import { readOpsState } from "../../../scripts/ops-state.ts";
import { migratedSqlite, scriptDatabase } from "../../support/migrated-sqlite.ts";
import { DAY, HOUR } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 31);
const POLICY = {
  alg: "ES256",
  rotationInterval: 30 * DAY,
  publishAhead: DAY,
  tokenLifetime: DAY,
} as const;

let db: DatabaseSync;
let audit: DatabaseSync;

beforeEach(() => {
  db = migratedSqlite();
  audit = migratedSqlite("migrations/audit");
});

const report = (limit = 10) =>
  opsReport(readOpsState(scriptDatabase(db), scriptDatabase(audit), limit), POLICY, NOW);

/** Times are days from NOW. */
function addKey(sequence: number, from: number | null, revoked: number | null = null): string {
  const kid = String(sequence).repeat(43);
  db.prepare(
    `insert into signing_keys
       (kid, alg, sequence, public_jwk, wrapped_private, created_at, signs_from, revoked_at)
     values (?, 'ES256', ?, '{}', 'canary-wrapped', ?, ?, ?)`,
  ).run(kid, sequence, NOW - 90 * DAY, ...[from, revoked].map((at) => at && NOW + at * DAY));
  return kid;
}

function store(id: string, at: number, more: Readonly<Record<string, string>> = {}): void {
  const { type, outcome, actor } = {
    type: "session.opened",
    outcome: "success",
    actor: "usr_ada",
    ...more,
  };
  audit
    .prepare(
      `insert into events (id, type, occurred_at, stored_at, actor_kind, actor_id, subject_kind,
         subject_id, ip, user_agent, outcome, data)
       values (?, ?, ?, ?, 'user', ?, 'user', 'usr_ada', '192.0.2.7', 'canary-agent', ?, '{}')`,
    )
    .run(id, type, at, at, actor, outcome);
}

const bury = (id: string, diedAt: number) =>
  db
    .prepare("insert into dead_letters (id, message, died_at, reason) values (?, '{}', ?, 'x')")
    .run(id, diedAt);

const wait = (dueAt: number) =>
  db.prepare("insert into outbox (id, message, due_at) values ('evt_1', '{}', ?)").run(dueAt);

describe("a service that nobody used", () => {
  it("wants nothing", () => {
    const { lines, wanting } = report();
    expect(wanting).toEqual([]);
    expect(lines).toContain("  none yet: the first sign-in makes one");
    expect(lines.at(-1)).toBe("  none");
  });
});

describe("the keys", () => {
  it("stand with their states, the newest first, and what happens to each next", () => {
    const kids = [1, 2, 3, 4].map((sequence, i) =>
      addKey(sequence, [-60, -29.5, -28, 1][i] ?? 0, sequence === 2 ? -29 : null),
    );
    expect(report().lines.slice(1, 5)).toEqual([
      `  next     ${kids[3]}  ES256  signs from 2026-02-01T00:00:00Z (in 24 h)`,
      `  current  ${kids[2]}  ES256  signs since 2026-01-03T00:00:00Z (28 d ago), its successor is made from 2026-02-01T00:00:00Z (in 24 h)`,
      `  revoked  ${kids[1]}  ES256  was revoked 2026-01-02T00:00:00Z (29 d ago)`,
      `  gone     ${kids[0]}  ES256  verified until 2026-01-02T12:00:00Z (28 d ago)`,
    ]);
    expect(report().wanting).toEqual([]);
  });

  it("that wait for a time, and that still verify, say so", () => {
    addKey(1, -30);
    addKey(2, -0.5);
    addKey(3, null);
    expect(report().lines.slice(1, 4)).toEqual([
      expect.stringContaining("has no time to sign yet"),
      expect.stringMatching(/current .*signs since .* \(12 h ago\)/),
      expect.stringMatching(/retired .*verifies until 2026-01-31T12:00:00Z \(in 12 h\)/),
    ]);
  });

  it("want a look where none signs, where one signs too long, and where one cannot be read", () => {
    addKey(1, -40, -1);
    expect(report().wanting).toEqual([expect.stringContaining("no key signs")]);
    addKey(2, -32);
    expect(report().wanting).toEqual([expect.stringContaining("overdue")]);
    addKey(3, -1);
    db.exec("update signing_keys set alg = 'none' where sequence = 1");
    expect(report().wanting).toEqual([expect.stringContaining("1 signing keys cannot be read")]);
  });

  it("are read without their halves", () => {
    addKey(1, -1);
    expect(JSON.stringify(report())).not.toContain("canary");
  });
});

describe("what waits", () => {
  it("is counted, with the age of the oldest", () => {
    bury("a", NOW - 3 * HOUR);
    bury("b", NOW - HOUR);
    wait(NOW - HOUR / 60);
    db.exec("insert into change_feed (user_id) values ('usr_ada'), ('usr_bob')");
    const text = report().lines.join("\n");
    expect(text).toMatch(/change_feed\) +2$/m);
    expect(text).toMatch(/outbox\) +1, the oldest due 2026-01-30T23:59:00Z \(1 min ago\)$/m);
    expect(text).toMatch(/dead letters +2, the oldest died 2026-01-30T21:00:00Z \(3 h ago\)$/m);
    expect(report().wanting).toEqual(["2 dead letters: npm run events:replay -- --list"]);
  });

  it("wants a look where the cron does not send it, and where it grew beyond a run", () => {
    wait(NOW - HOUR);
    db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 501)
      insert into change_feed (user_id) select 'usr_' || i from n`);
    expect(report().wanting).toEqual([
      expect.stringContaining("outbox is not sent"),
      expect.stringContaining("backlog"),
    ]);
  });

  it.each([
    [100, []],
    [101, [expect.stringContaining("backlog")]],
  ])("of service accounts %i entries are a run or more: %j", (count, expected) => {
    db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into service_account_feed (service_account_id) select 'sva_' || i from n`);
    expect(report().wanting).toEqual(expected);
  });
});

describe("the last events", () => {
  it("are the newest, by ids and codes alone", () => {
    store("evt_1", NOW - 3);
    store("evt_2", NOW - 2, { type: "sign_in.failed", outcome: "failure" });
    store("evt_3", NOW - 1);
    expect(report(2).lines.slice(-2)).toEqual([
      "  2026-01-30T23:59:59.999Z  session.opened  by user usr_ada  on user usr_ada",
      "  2026-01-30T23:59:59.998Z  sign_in.failed  failed  by user usr_ada  on user usr_ada",
    ]);
    expect(report().lines.join()).not.toMatch(/canary|192\.0\.2/);
  });

  it("hide what somebody wrote in the place of an id", () => {
    store("evt_1", NOW, { actor: "\u001b[31mada@example.com" });
    expect(report().lines.at(-1)).toContain("by user ?  on");
  });
});
