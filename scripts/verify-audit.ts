/**
 * `npm run audit:verify -- [--page-size N] [--env production] [--remote]`
 *
 * Looks in the audit trail for events of users that are missing or there twice, by their places
 * (`seq`), page by page through `wrangler d1 execute`. It ends with 0 where nothing is wrong, with 1
 * where something is, and with 2 where it could not look.
 */
import process from "node:process";
import { auditReport } from "./audit-report.ts";
import { argumentsOf, COULD_NOT_LOOK, fail } from "./terminal.ts";
import { TARGET_OPTIONS, targetOf, wranglerDatabase } from "./wrangler-d1.ts";

/** Places in a page: seconds of D1, far from its limit, and fifty pages for ten million. */
const PAGE = 200_000;

const { values } = argumentsOf(
  { options: { ...TARGET_OPTIONS, "page-size": { type: "string", default: String(PAGE) } } },
  COULD_NOT_LOOK,
);
const size = Number(values["page-size"]);
if (!Number.isInteger(size) || size < 2) {
  fail("--page-size must be a whole number from 2 on.", COULD_NOT_LOOK);
}
try {
  const database = wranglerDatabase(targetOf(values), "AUDIT_DB");
  const { lines, isWhole } = auditReport(database, size, Date.now);
  for (const line of lines) console.log(line);
  process.exitCode = isWhole ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = COULD_NOT_LOOK;
}
