import { existsSync, readFileSync } from "node:fs";

/** A file that a page cites, with what is said to stand in the titles of its tests. */
export type Citation = {
  readonly path: string;
  /** Of cases, such as `REF-01`. */
  readonly ids: readonly string[];
  /** Parts of titles. */
  readonly titles: readonly string[];
};

const ROOTS = "src|test|docs|scripts|migrations|examples|bench";
const AT_ROOT = "package\\.json|package-lock\\.json|knip\\.json|biome\\.json|tsconfig\\.json";
const PATH = new RegExp(`\`((?:(?:${ROOTS})/[^\`\\s]+)|${AT_ROOT})\``);
/** After a path: ids in brackets or titles in quotation marks, each once or more, with commas. */
const CLAIMS = /^(?:\s*,?\s*(?:\((?:[A-Z]{3}-\d{2}(?:, )?)+\)|"[^"]+"))*/;

/** Every path between backquotes, each with the claims that follow it. */
export function citationsIn(text: string): Citation[] {
  return text
    .split(new RegExp(`(?=${PATH.source})`))
    .filter((part) => PATH.test(part.slice(0, part.indexOf("`", 1) + 1)))
    .map((part) => {
      const [cited = "", path = ""] = PATH.exec(part) ?? [];
      const [claims = ""] = CLAIMS.exec(part.slice(cited.length)) ?? [];
      return {
        path,
        ids: claims.replace(/"[^"]+"/g, "").match(/[A-Z]{3}-\d{2}/g) ?? [],
        titles: [...claims.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title),
      };
    });
}

/** What a citation says and its file does not: a title begins with the ids of its cases. */
export function untrue({ path, ids, titles }: Citation): string[] {
  if (!existsSync(path)) return [`${path} is not there`];
  if (ids.length === 0 && titles.length === 0) return [];
  const text = readFileSync(path, "utf8");
  const missing = [
    ...ids.filter((id) => !new RegExp(`["\`](?:[A-Z]{3}-\\d{2} )*${id}\\b`).test(text)),
    ...titles.filter((title) => !text.includes(title)),
  ];
  return missing.map((claim) => `${path} has no ${claim}`);
}
