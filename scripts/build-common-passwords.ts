/**
 * Writes src/core/security/common-passwords.json from the word lists of @zxcvbn-ts/language-common:
 * the most common passwords, every long one, and the keyboard layouts. The whole list would be
 * larger than the rest of the service.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";

const MOST_COMMON = 10_000;
/** Lists of the most common passwords hold nothing this long, but the minimum length invites it. */
const LONG = 14;

export function commonPasswords(): { passwords: string; graphs: typeof adjacencyGraphs } {
  const all = dictionary["passwords-common"].map(String);
  const kept = all.filter((word, rank) => rank < MOST_COMMON || word.length >= LONG);
  return { passwords: kept.join(" "), graphs: adjacencyGraphs };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "../src/core/security/common-passwords.json");
  await writeFile(file, `${JSON.stringify(commonPasswords())}\n`);
}
