import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertExport, type Product } from "../../../scripts/convert/exports.ts";
import { parseUserLine, userLine } from "../../../scripts/import/user-line.ts";
import { assert, assertEqual } from "./property.ts";

const FOLDER = join(import.meta.dirname, "../../support/exports");
const NOW = Date.parse("2026-01-01T00:00:00Z");
const schema = userLine({ now: Number.MAX_SAFE_INTEGER, allowPlainSha2: true });

export const sampleExport = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

/** The samples, and each of their users alone: short inputs are tried more often. */
export function exportSamples(product: Product, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const text = sampleExport(file);
    if (file.endsWith(".ndjson")) return text.split("\n");
    if (file.endsWith(".csv")) {
      const [header = "", ...rows] = text.split("\n");
      return rows.map((row) => `${header}\n${row}`);
    }
    const parsed = JSON.parse(text);
    const users: unknown[] = Array.isArray(parsed) ? parsed : parsed.users;
    const isList = product === "supabase";
    return users.map((user) => JSON.stringify(isList ? [user] : { users: [user] }));
  });
}

/** Fields that a line may have wrong since they are copied as they are: import says so then. */
const COPIED = /^(?:email|password_hash): /;

export function holdsOfExport(product: Product, text: string): string {
  const hashConfig = sampleExport("firebase-hash-config.txt");
  const file = { product, text, hashConfig };
  let found: ReturnType<typeof convertExport>;
  try {
    found = convertExport(file, NOW);
  } catch {
    return "unreadable"; // whoever calls says so without the parser's words, which may quote
  }
  return found
    .map(({ line, note }) => {
      assert(line !== null || note !== null, "lost without a word");
      if (note !== null) assert(/^[\x20-\x7e]{1,300}$/.test(note), "the note is no line to print");
      if (line === null) return note;
      const read = parseUserLine(schema, JSON.stringify(line));
      const others = read.kind === "account" ? [] : read.reasons.filter((why) => !COPIED.test(why));
      assertEqual(others, []);
      return `${note} ${Object.keys(line).join()}`;
    })
    .join("|")
    .slice(0, 200);
}
