/**
 * `npm run audit:verify [-- --env production --remote]`
 *
 * Looks in the audit trail for events of users that are missing or there twice, by their places
 * (`seq`), page by page through `wrangler d1 execute`. It ends with 0 where nothing is wrong, with 1
 * where something is, and with 2 where it could not look.
 */
import process from "node:process";
import {
  FIRST_PLACE,
  type Finding,
  type PlaceCursor,
  placesQuery,
  readPlaces,
} from "./audit-places.ts";
import { argumentsOf } from "./terminal.ts";
import { readRows, TARGET_OPTIONS, type Target, targetOf } from "./wrangler-d1.ts";

/** Places in a page: seconds of D1, far from its limit, and fifty pages for ten million. */
const PAGE = 200_000;

/** Findings that are shown one by one. */
const SHOWN = 100;

function* pages(target: Target, size: number) {
  for (let from: PlaceCursor | null = FIRST_PLACE; from !== null; ) {
    const page = readPlaces(readRows(target, placesQuery(from, size), "AUDIT_DB"), Date.now());
    yield page;
    from = page.size < size ? null : page.end;
  }
}

const keyOf = (finding: Finding): string =>
  `${finding.subject} ${finding.kind} ${finding.kind === "gap" ? finding.from : finding.seq}`;

function lineOf(finding: Finding): string {
  const { subject } = finding;
  if (finding.kind === "repeat") {
    return `${subject}: event ${finding.seq} is there ${finding.times} times`;
  }
  const { from, to } = finding;
  return `${subject}: ${from === to ? `event ${from} is` : `events ${from} to ${to} are`} missing`;
}

const { values } = argumentsOf({
  options: { ...TARGET_OPTIONS, "page-size": { type: "string", default: String(PAGE) } },
});
try {
  const found = new Map<string, Finding>();
  let places = 0;
  let pageCount = 0;
  for (const { findings, size } of pages(
    targetOf(values),
    Math.max(2, Number(values["page-size"])),
  )) {
    // The first place of a page is the last of the page before.
    places += size - Math.min(pageCount++, 1);
    for (const finding of findings) found.set(keyOf(finding), finding);
  }
  const all = [...found.values()];
  const wrong = all.filter((finding) => finding.kind === "repeat" || finding.isLate);
  for (const finding of wrong.slice(0, SHOWN)) console.log(lineOf(finding));
  if (wrong.length > SHOWN) console.log(`… and ${wrong.length - SHOWN} more.`);
  const findings = wrong.length === 1 ? "1 finding" : `${wrong.length} findings`;
  const verdict = wrong.length === 0 ? "nothing is missing or twice" : findings;
  console.log(`${places} events of users: ${verdict}.`);
  const coming = all.length - wrong.length;
  const gaps = coming === 1 ? "1 gap is" : `${coming} gaps are`;
  if (coming > 0) console.log(`${gaps} younger than two hours: look again later.`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
