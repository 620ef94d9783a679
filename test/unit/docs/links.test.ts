import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { documents } from "../../support/documents.ts";

/** What a heading is called in a link: as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

const anchorsOf = (path: string): string[] =>
  [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    anchorOf(heading),
  );

/** Links of a document to files beside it, each as path and anchor. */
function linksOf(path: string): { link: string; target: string; anchor: string }[] {
  const text = readFileSync(path, "utf8").replace(/^```.*?^```/gms, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = "", anchor = ""] = link.split("#");
      return { link, target: file === "" ? path : normalize(join(dirname(path), file)), anchor };
    });
}

describe.each(documents())("%s", (path) => {
  it("links to what is there", () => {
    const broken = linksOf(path).filter(
      ({ target, anchor }) =>
        !existsSync(target) ||
        (anchor !== "" && target.endsWith(".md") && !anchorsOf(target).includes(anchor)),
    );
    expect(broken.map(({ link }) => link)).toEqual([]);
  });

  it("names npm commands that exist", () => {
    const { scripts }: { scripts: object } = JSON.parse(readFileSync("package.json", "utf8"));
    const named = [...readFileSync(path, "utf8").matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(
      ([, name = ""]) => name,
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it("every page of docs/ is reached from the README", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    if (!path.endsWith(".md")) continue;
    for (const { target } of linksOf(path)) if (existsSync(target)) reached.add(target);
  }
  const pages = documents().filter((path) => /^docs\/[^/]+\.md$/.test(path));
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});
