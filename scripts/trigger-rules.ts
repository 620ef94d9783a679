/**
 * How a trigger must be written so that D1 takes it as `wrangler d1 migrations apply --remote`
 * sends it. Remote D1 splits what it is sent into statements by itself, and cuts a trigger in two
 * where BEGIN or END is in lower case, where a CASE has an END of its own or where lines end in
 * CRLF. The local one takes all of these, so no local test would tell.
 */
const TRIGGER =
  /^CREATE TRIGGER \w+ (?:BEFORE|AFTER) (?:INSERT|DELETE|UPDATE(?: OF \w+(?:, \w+)*)?) ON \w+\n(?:WHEN ([^;]+)\n)?BEGIN\n([^;]+);\nEND;$/gm;

/** Characters of a trigger's one statement. */
const MAX_BODY = 400;

/** What a migration does by itself, and not its triggers later. */
export const withoutTriggers = (sql: string): string => sql.replaceAll(TRIGGER, "");

/** @returns what must be written differently */
export function triggerProblems(sql: string): string[] {
  const triggers = [...sql.matchAll(TRIGGER)];
  // Neither the text outside of triggers nor their conditions and bodies may have these words.
  const rest = sql.replaceAll(TRIGGER, "$1 $2");
  const wanted = sql.match(/\bcreate\s+(?:temp\w*\s+)?trigger\b/gi)?.length ?? 0;
  return [
    sql.includes("\r") ? "lines must end in LF" : null,
    /\b(?:begin|end|case)\b/i.test(rest) ? "BEGIN, END and CASE may stand nowhere else" : null,
    wanted === triggers.length
      ? null
      : "a trigger must be CREATE TRIGGER … BEGIN, one statement and END; with BEGIN and END; in upper case on lines of their own",
    triggers.some(([, , body = ""]) => body.length > MAX_BODY)
      ? `a trigger's statement may have ${MAX_BODY} characters`
      : null,
  ].filter((problem) => problem !== null);
}

/** The names of what a migration makes beside tables. */
export const guardsMadeBy = (sql: string): string[] =>
  [...sql.matchAll(/\bcreate\s+(?:unique\s+)?(?:index|trigger)\s+`?(\w+)`?/gi)].flatMap(
    ([, name]) => name ?? [],
  );
