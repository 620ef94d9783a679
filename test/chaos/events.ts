import type { EventType } from "../../src/domain/events/event.ts";
import { tell } from "./control.ts";
import { type Act, Violation } from "./ledger.ts";
import { faultIn } from "./told.ts";
import { everybody, type World } from "./world.ts";

type Row = {
  place: number;
  type: EventType;
  subject_id: string;
  request_id: string | null;
  seq: number | null;
};

/** What nothing but D1 keeps until it is stored: the cron sends that. */
const OF_RECORD: ReadonlySet<EventType> = new Set([
  "role.created",
  "role.deleted",
  "role.updated",
  "user.registered",
  "user.renamed",
]);

/**
 * The longest that the service takes by itself, when an alarm or a cron has to send again, beside the
 * age of what is sent: it waits as long again (src/domain/events/patience.ts).
 */
const TOLD_WITHIN = 240_000;
const PAUSE = 250;

/** What was stored so far, read on from where the last reading ended. */
export function auditTrail(world: World) {
  const byAct = new Map<string, EventType[]>();
  const seqs = new Map<string, Set<number>>();
  const begun = Date.now();
  let read = 0;
  let count = 0;

  async function readOn(origin: string): Promise<void> {
    const query = `select rowid as place, type, subject_id, request_id, seq from events
      where rowid > ${read} order by rowid`;
    const rows = (await tell(origin, { kind: "rows", database: "AUDIT_DB", query })) as Row[];
    for (const { place, type, subject_id, request_id, seq } of rows) {
      read = place;
      count++;
      if (seq !== null) note(subject_id, seq);
      if (request_id !== null) {
        byAct.set(request_id, [...(byAct.get(request_id) ?? []), type]);
      }
    }
  }

  function note(subject: string, seq: number): void {
    const known = seqs.get(subject) ?? new Set();
    if (known.has(seq)) throw new Violation(subject, `two events have the place ${seq}`);
    seqs.set(subject, known.add(seq));
  }

  function isMissing(act: Act): boolean {
    const fault = faultIn(act, byAct.get(act.id) ?? []);
    if (fault === null || fault === "missing") return fault !== null;
    throw new Violation(act.about, `${act.id} (${act.what}) is ${fault}`);
  }

  function gaps(): string[] {
    const ofPeople = everybody(world).map(({ id }) => [id, seqs.get(id) ?? new Set()] as const);
    return ofPeople.flatMap(([id, known]) => (Math.max(0, ...known) === known.size ? [] : [id]));
  }

  return {
    count: () => count,

    /**
     * Waits until everything is told that happened: nothing but the service itself sends it.
     *
     * @param of what users' objects keep, or also what D1 keeps
     */
    async judge(
      origin: () => string,
      of: "objects" | "everything",
      settled: () => Promise<boolean>,
    ) {
      const age = Date.now() - begun;
      const deadline = Date.now() + age + TOLD_WITHIN;
      for (;;) {
        await readOn(origin());
        const acts = [...world.ledger.acts.values()].filter(
          ({ events }) => of === "everything" || !events.some((type) => OF_RECORD.has(type)),
        );
        const missing = acts.filter(isMissing);
        const open = gaps();
        if (missing.length + open.length === 0 && (await settled())) return;
        if (Date.now() > deadline) {
          const [first] = missing;
          const about = first?.about ?? open[0] ?? "what is kept to be sent";
          const ids = missing.slice(0, 10).map(({ id }) => id);
          throw new Violation(about, `not told: ${ids.join(" ")}; gaps: ${open.join(" ")}`);
        }
        await new Promise((wake) => setTimeout(wake, PAUSE));
      }
    },
  };
}
