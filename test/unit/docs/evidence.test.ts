import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { citationsIn, untrue } from "../../support/evidence.ts";

const read = (path: string): string => readFileSync(path, "utf8");

/** The cells of the rows that begin with a cell of that form. */
const rowsOf = (text: string, first: RegExp): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .filter(([cell = ""]) => first.test(cell));

describe.each(["docs/asvs.md", "docs/security.md"])("%s", (page) => {
  const citations = citationsIn(read(page));

  it("cites files that are there, and says of them what they say", () => {
    expect(citations.length).toBeGreaterThan(100);
    expect(citations.flatMap(untrue)).toEqual([]);
  });

  it("shows most of what it says by ids or titles of tests", () => {
    const tests = citations.filter(({ path }) => path.startsWith("test/"));
    const named = tests.filter(({ ids, titles }) => ids.length + titles.length > 0);
    expect(named.length / tests.length).toBeGreaterThan(0.6);
  });
});

describe("a citation", () => {
  const text = (claims: string) => `| x | \`test/unit/docs/evidence.test.ts\` ${claims} |`;
  const faults = (claims: string) => citationsIn(text(claims)).flatMap(untrue);
  const unheard = ["no such", "title"].join(" ");

  it("is read with its ids and its parts of titles, one after the other", () => {
    expect(citationsIn(`${text('(REF-01, REF-02), "a", "b"')} and \`src/index.ts\``)).toEqual([
      {
        path: "test/unit/docs/evidence.test.ts",
        ids: ["REF-01", "REF-02"],
        titles: ["a", "b"],
      },
      { path: "src/index.ts", ids: [], titles: [] },
    ]);
  });

  it("that is untrue is found: a file, an id, a part of a title", () => {
    expect(faults('"is read with its ids"')).toEqual([]);
    expect(faults(`"${unheard}"`)).toHaveLength(1);
    expect(faults(`(${["ZZZ", "99"].join("-")})`)).toHaveLength(1);
    expect(citationsIn("`src/nothing.ts`").flatMap(untrue)).toHaveLength(1);
  });
});

/** How many requirements each section of ASVS 5.0.0 has: V1.1, V1.2 and so on. */
const SECTIONS: readonly (readonly number[])[] = [
  [2, 10, 12, 3, 3],
  [3, 3, 5, 2],
  [1, 3, 5, 8, 8, 1, 5],
  [5, 5, 2, 4],
  [1, 6, 3, 3],
  [3, 12, 8, 6, 8, 4, 2, 4],
  [3, 4, 2, 5, 3, 2],
  [4, 4, 3, 2],
  [3, 4],
  [2, 3, 5, 16, 5, 2, 3],
  [4, 5, 5, 4, 2, 2, 2],
  [5, 2, 5],
  [4, 6, 4, 7],
  [2, 8, 3],
  [5, 5, 7, 4],
  [1, 5, 4, 3, 4],
  [2, 8, 2],
];

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

const REQUIREMENTS: readonly string[] = SECTIONS.flatMap((sections, chapter) =>
  sections.flatMap((size, section) =>
    upTo(size).map((number) => `${chapter + 1}.${section + 1}.${number}`),
  ),
);

/** `1.2.6 to 1.2.8, 1.3.1`, each by itself. */
const spelledOut = (cell: string): string[] =>
  cell.split(", ").flatMap((part) => {
    const [from = "", to = from] = part.split(" to ");
    const [section, first, last] = [from.replace(/\d+$/, ""), from, to].map((number, at) =>
      at === 0 ? number : Number(number.split(".").at(-1)),
    );
    return upTo(Number(last))
      .slice(Number(first) - 1)
      .map((number) => `${section}${number}`);
  });

describe("docs/asvs.md", () => {
  const [applicable = "", notApplicable = ""] = read("docs/asvs.md").split("\n## Not applicable\n");
  const NUMBER = /^\d+\.\d+\.\d+/;
  const rows = rowsOf(applicable, NUMBER);
  const judged = rows.map(([number = ""]) => number);
  const left = rowsOf(notApplicable, NUMBER).flatMap(([cell = ""]) => spelledOut(cell));

  it("names every requirement of the standard once, in its order, here or among those that do not apply", () => {
    expect(REQUIREMENTS).toHaveLength(345);
    const place = (number: string) => REQUIREMENTS.indexOf(number);
    const byPlace = (a: string, b: string) => place(a) - place(b);
    expect([...judged, ...left].sort(byPlace)).toEqual(REQUIREMENTS);
    expect(judged.toSorted(byPlace)).toEqual(judged);
    expect(left.toSorted(byPlace)).toEqual(left);
  });

  it("has a level, a verdict and evidence for each that is met", () => {
    for (const [number, level, , verdict, , evidence = ""] of rows) {
      expect(level, number).toMatch(/^[123]$/);
      expect(verdict, number).toMatch(/^(?:met|partly|not met|operator|platform)$/);
      if (verdict === "met") expect(citationsIn(evidence), number).not.toEqual([]);
    }
  });

  it("counts them right", () => {
    const summary = rowsOf(applicable, /^(?:met|partly|not met|operator|platform)$/);
    expect(summary).toHaveLength(5);
    for (const [verdict, ...counts] of summary) {
      const those = rows.filter((row) => row[3] === verdict);
      const byLevel = ["1", "2", "3"].map((level) => those.filter((row) => row[1] === level));
      expect(counts.map(Number), verdict).toEqual([...byLevel, those].map(({ length }) => length));
    }
    expect(applicable).toContain(`${judged.length} requirements apply`);
    expect(applicable).toContain(`the other ${left.length} stand`);
  });
});
