import * as z from "zod";
import { quote } from "./database.ts";

/*
 * The places (`seq`) that events have among those of their user: from 1 on without a gap, each once.
 * The beginning may be missing, since old events are removed.
 */

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** Milliseconds for which an event may be on its way while a later one is there: it is sent again. */
const ON_THE_WAY = 2 * HOUR;

/**
 * Milliseconds around the oldest event within which one that has a later place may have happened
 * earlier, and so be gone already. A trail younger than a day was never shortened.
 */
const EDGE = HOUR;
const SHORTEST_RETENTION = DAY;

/** Where the next page begins: the last place of this one, so that no gap falls between two. */
export type PlaceCursor = { readonly subject: string; readonly seq: number };
export const FIRST_PLACE: PlaceCursor = { subject: "", seq: 0 };

/**
 * One page, walked along its index: only what is wrong comes back, and a row for the end of the page
 * (`times` 0), whose `size` says how many places there were.
 */
export function placesQuery({ subject, seq }: PlaceCursor, limit: number): string {
  return `with places as (
      select subject_id, seq, count(*) as times from events
      where seq is not null and (subject_id, seq) >= (${quote(subject)}, ${seq})
      group by subject_id, seq order by subject_id, seq limit ${limit}),
    steps as (
      select subject_id, seq, times,
        lag(seq) over (partition by subject_id order by seq) as before from places)
    select subject_id, before, seq, times,
      (select min(stored_at) from events
        where subject_id = steps.subject_id and seq = steps.seq) as stored_at,
      (select max(occurred_at) from events
        where subject_id = steps.subject_id and seq = steps.before) as before_at,
      (select min(occurred_at) from events) as oldest, 0 as size
    from steps where times > 1 or seq > before + 1
    union all
    select * from (
      select subject_id, null, seq, 0, null, null, null, (select count(*) from places)
      from places order by subject_id desc, seq desc limit 1)`;
}

const rows = z.array(
  z.object({
    subject_id: z.string(),
    before: z.int().nullable(),
    seq: z.int(),
    times: z.int(),
    stored_at: z.int().nullable(),
    before_at: z.int().nullable(),
    oldest: z.int().nullable(),
    size: z.int(),
  }),
);
type Row = z.output<typeof rows>[number];

/** @property isLate false for a gap whose events may still be on their way */
export type Finding =
  | { readonly kind: "repeat"; readonly subject: string; readonly seq: number; times: number }
  | {
      readonly kind: "gap";
      readonly subject: string;
      readonly from: number;
      readonly to: number;
      readonly isLate: boolean;
    };

/** @property size how many places were looked at, the first of them for the second time */
export type PlacesPage = {
  readonly findings: readonly Finding[];
  readonly end: PlaceCursor | null;
  readonly size: number;
};

/**
 * What a page of the query says.
 *
 * @param now Unix milliseconds
 */
export function readPlaces(answer: readonly unknown[], now: number): PlacesPage {
  const found = rows.parse(answer);
  const last = found.find(({ times }) => times === 0);
  const findings = found
    .filter(({ times }) => times > 0)
    .flatMap((row) => [...repeatOf(row), ...gapOf(row, now)]);
  const end = last === undefined ? null : { subject: last.subject_id, seq: last.seq };
  return { findings, end, size: last?.size ?? 0 };
}

const repeatOf = ({ subject_id: subject, seq, times }: Row): Finding[] =>
  times > 1 ? [{ kind: "repeat", subject, seq, times }] : [];

function gapOf(row: Row, now: number): Finding[] {
  const { subject_id: subject, before, seq } = row;
  if (before === null || seq <= before + 1 || isAtTheEdge(row, now)) return [];
  const isLate = (row.stored_at ?? 0) < now - ON_THE_WAY;
  return [{ kind: "gap", subject, from: before + 1, to: seq - 1, isLate }];
}

function isAtTheEdge({ before_at, oldest }: Row, now: number): boolean {
  if (before_at === null || oldest === null) return false;
  return oldest < now - SHORTEST_RETENTION && before_at < oldest + EDGE;
}
