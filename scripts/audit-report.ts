import {
  FIRST_PLACE,
  type Finding,
  type PlaceCursor,
  type PlacesPage,
  placesQuery,
  readPlaces,
} from "./audit-places.ts";
import type { Database } from "./database.ts";

/** Findings that are shown one by one. */
const SHOWN = 100;

/**
 * What is missing in the audit trail or there twice.
 *
 * @param size places in a page, two at least
 * @param now Unix milliseconds
 * @returns what was found, line by line; gaps that may yet be filled are nothing wrong
 */
export function auditReport(
  database: Database,
  size: number,
  now: () => number,
): { readonly lines: readonly string[]; readonly isWhole: boolean } {
  const found = new Map<string, Finding>();
  let places = 0;
  for (const page of pagesOf(database, size, now)) {
    places += page.size;
    for (const finding of page.findings) found.set(keyOf(finding), finding);
  }
  const all = [...found.values()];
  const wrong = all.filter((finding) => finding.kind === "repeat" || finding.isLate);
  const lines = [
    ...wrong.slice(0, SHOWN).map(lineOf),
    ...(wrong.length > SHOWN ? [`… and ${wrong.length - SHOWN} more.`] : []),
    `${places} events of users: ${verdictOn(wrong.length)}.`,
    ...linesOfGaps(all.length - wrong.length),
  ];
  return { lines, isWhole: wrong.length === 0 };
}

/** Each counts the places that no page before it had. */
function* pagesOf(database: Database, size: number, now: () => number): Generator<PlacesPage> {
  for (let from: PlaceCursor | null = FIRST_PLACE; from !== null; ) {
    const page = readPlaces(database.readRows(placesQuery(from, size)), now());
    // The first place of a page is the last of the page before.
    yield { ...page, size: page.size - (from === FIRST_PLACE ? 0 : 1) };
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

function verdictOn(wrong: number): string {
  if (wrong === 0) return "nothing is missing or twice";
  return wrong === 1 ? "1 finding" : `${wrong} findings`;
}

function linesOfGaps(coming: number): string[] {
  if (coming === 0) return [];
  const gaps = coming === 1 ? "1 gap is" : `${coming} gaps are`;
  return [`${gaps} younger than two hours: look again later.`];
}
