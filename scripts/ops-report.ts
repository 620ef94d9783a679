import {
  currentKey,
  planRotation,
  type SigningKeyPolicy,
  successorDueAt,
} from "../src/domain/keys/signing-key.ts";
import { MAX_ACCOUNTS } from "../src/use-cases/accounts/work-off-change-feed.ts";
import { MAX_ACCOUNTS as MAX_PROGRAMS } from "../src/use-cases/clients/work-off-program-feed.ts";
import { type ShownKey, shownKeys } from "../src/use-cases/keys/shown-key.ts";
import type { OpsState } from "./ops-state.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds by which the cron of a minute may be late with the outbox before it is told. */
const LATE = 10 * MINUTE;

/** @property wanting what an operator should look into, with the command or the page for it */
export type OpsReport = { readonly lines: readonly string[]; readonly wanting: readonly string[] };

/**
 * The service at a glance, for a terminal.
 *
 * @param now Unix milliseconds
 */
export function opsReport(state: OpsState, policy: SigningKeyPolicy, now: number): OpsReport {
  return {
    lines: [
      "Signing keys",
      ...keyLines(state, policy, now),
      "",
      "Waiting",
      row("accounts that changed (change_feed)", state.feed),
      row("service accounts that changed", state.programFeed),
      row("events not sent yet (outbox)", state.outbox, state.outboxDueAt, "the oldest due", now),
      row("dead letters", state.letters, state.letterDiedAt, "the oldest died", now),
      "",
      "There are",
      row("accounts", state.accounts),
      row("service accounts", state.programs),
      "",
      "Last events",
      ...(state.events.length === 0 ? ["  none"] : state.events.map(eventLine)),
    ],
    wanting: wantingIn(state, policy, now),
  };
}

function keyLines({ keys }: OpsState, policy: SigningKeyPolicy, now: number): string[] {
  const current = currentKey(keys, now);
  const dueAt = current === null ? null : successorDueAt(current, policy);
  const shown = shownKeys(keys, { clock: () => now, policy });
  if (shown.length === 0) return ["  none yet: the first sign-in makes one"];
  return shown.map((key) => {
    const what = `  ${key.state.padEnd(8)} ${key.kid}  ${key.alg}  `;
    return what + timesOf(key, dueAt, now);
  });
}

/** @param dueAt when the successor of the current key is made */
function timesOf(key: ShownKey, dueAt: number | null, now: number): string {
  switch (key.state) {
    case "next":
      return key.signsFrom === null
        ? "has no time to sign yet"
        : `signs from ${at(key.signsFrom, now)}`;
    case "current":
      return `signs since ${at(key.signsFrom, now)}, its successor is made from ${at(dueAt, now)}`;
    case "retired":
      return `verifies until ${at(key.verifiesUntil, now)}`;
    case "gone":
      return `verified until ${at(key.verifiesUntil, now)}`;
    case "revoked":
      return `was revoked ${at(key.revokedAt, now)}`;
  }
}

const row = (
  name: string,
  count: number,
  since: number | null = null,
  when = "",
  now = 0,
): string => `  ${name.padEnd(38)} ${count}${since === null ? "" : `, ${when} ${at(since, now)}`}`;

/** Such as `2026-01-01T00:00:00Z (in 3 d)`. */
function at(time: number | null, now: number): string {
  if (time === null || !Number.isFinite(time)) return "never";
  const iso = new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
  const apart = lengthOf(Math.abs(time - now));
  return `${iso} (${time > now ? `in ${apart}` : `${apart} ago`})`;
}

function lengthOf(milliseconds: number): string {
  if (milliseconds >= 2 * DAY) return `${Math.floor(milliseconds / DAY)} d`;
  if (milliseconds >= 2 * HOUR) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.floor(milliseconds / MINUTE)} min`;
}

/** A row may have been written by hand: only what looks like an id or a code is shown. */
const shownId = (text: string): string => (/^[\w.-]{1,64}$/.test(text) ? text : "?");

/** Of whom nobody knows more than the kind. */
const whom = (kind: string, id: string): string =>
  kind === id ? shownId(kind) : `${shownId(kind)} ${shownId(id)}`;

function eventLine(event: OpsState["events"][number]): string {
  const by = `by ${whom(event.actor_kind, event.actor_id)}`;
  const on = `on ${whom(event.subject_kind, event.subject_id)}`;
  const when = new Date(event.occurred_at).toISOString();
  const failed = event.outcome === "failure" ? "failed  " : "";
  return `  ${when}  ${shownId(event.type)}  ${failed}${by}  ${on}`;
}

function wantingIn(state: OpsState, policy: SigningKeyPolicy, now: number): string[] {
  const { keys, unreadableKeys, feed, programFeed, outboxDueAt, letters } = state;
  const isLate = outboxDueAt !== null && outboxDueAt < now - LATE;
  const found: readonly (readonly [boolean, string])[] = [
    [
      unreadableKeys > 0,
      `${unreadableKeys} signing keys cannot be read: docs/operations.md, "A row that was written by hand"`,
    ],
    [
      keys.length > 0 && currentKey(keys, now) === null,
      "no key signs: the next sign-in makes one, or `npm run keys:rotate`",
    ],
    [
      planRotation(keys, now, policy).overdue,
      'the signing key is overdue: docs/operations.md, "`signing_key_overdue`"',
    ],
    [isLate, "the outbox is not sent: look at the Worker's cron events"],
    [
      // More than one run of its cron tells.
      feed > MAX_ACCOUNTS || programFeed > MAX_PROGRAMS,
      'a feed has a backlog: docs/operations.md, "Many accounts at once"',
    ],
    [letters > 0, `${letters} dead letters: npm run events:replay -- --list`],
  ];
  return found.flatMap(([isWanting, text]) => (isWanting ? [text] : []));
}
