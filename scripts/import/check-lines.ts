import { type Line, linesOf } from "./lines.ts";
import { type RoleCatalogue, rolesFault } from "./role-catalogue.ts";
import {
  type ImportedUser,
  type LineRules,
  type ParsedLine,
  parseUserLine,
  userLine,
} from "./user-line.ts";

export type CheckedLine = ParsedLine & { readonly line: Line };

/** Each line of a file, and whether it is an account that may be made. */
export async function* checkedLines(
  path: string,
  rules: LineRules,
  catalogue: RoleCatalogue,
): AsyncGenerator<CheckedLine> {
  const schema = userLine(rules);
  const seen = new Map<string, number>();
  const check = (text: string | null): ParsedLine => {
    if (text === null) return { kind: "refused", reasons: ["is not UTF-8, or is too long"] };
    const parsed = parseUserLine(schema, text);
    if (parsed.kind === "refused") return parsed;
    const reasons = faults(parsed.user, catalogue, seen);
    return reasons.length === 0 ? parsed : { kind: "refused", reasons };
  };
  for await (const line of linesOf(path)) {
    const checked = check(line.text);
    if (checked.kind === "account") remember(checked.user, line.number, seen);
    yield { ...checked, line };
  }
}

function faults(
  { email, id, roles }: ImportedUser,
  catalogue: RoleCatalogue,
  seen: ReadonlyMap<string, number>,
): string[] {
  const twin = seen.get(email);
  const namesake = id === null ? undefined : seen.get(id);
  const faulty = rolesFault(roles, catalogue);
  return [
    ...(twin === undefined ? [] : [`email: is that of line ${twin}`]),
    ...(namesake === undefined ? [] : [`id: is that of line ${namesake}`]),
    ...(faulty === null ? [] : [faulty]),
  ];
}

function remember({ email, id }: ImportedUser, number: number, seen: Map<string, number>): void {
  for (const key of [email, ...(id === null ? [] : [id])]) seen.set(key, number);
}
