import type { EventType } from "../../src/domain/events/event.ts";
import type { Act } from "./ledger.ts";

/**
 * Told beside what was asked: of tries that failed, at some counts of them, and of whatever was due
 * for the keys.
 */
const INCIDENTAL: ReadonlySet<EventType> = new Set([
  "key.created",
  "key.scheduled",
  "sign_in.failed",
  "sign_in.locked",
  "proof.failed",
  "proof.locked",
  "refresh.replayed_elsewhere",
]);

type Asked = Pick<Act, "events" | "happened" | "status">;

/**
 * What the audit trail says of an act, against what is known of it: what happened is told wholly and
 * once, and what did not happen is not told.
 *
 * @param stored the types of its events, in the order of the trail
 * @returns what is wrong, "missing" while more has to come, or null
 */
export function faultIn(act: Asked, stored: readonly EventType[]): string | null {
  const told = stored.filter((type) => !INCIDENTAL.has(type));
  const wanted = act.events;
  if (told.length === 0) return act.happened && wanted.length > 0 ? "missing" : null;
  if (act.happened === false) return `told as ${told.join(", ")}, and did not happen`;
  if (told.length > new Set(told).size) return `told as ${told.join(", ")}, more than once`;
  if (!told.every((type) => wanted.includes(type))) return `told as ${told.join(", ")}`;
  // A change that a kill cut off is finished without the session that its client never got.
  const isCutOff = act.status === null && told.join() === wanted[0];
  return told.length === wanted.length || isCutOff ? null : "missing";
}
