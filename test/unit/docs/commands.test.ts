import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { documents } from "../../support/documents.ts";
import { migratedSqlite } from "../../support/migrated-sqlite.ts";

/** A command as a shell reads it, with the document that it stands in. */
type Command = { readonly document: string; readonly line: string };

/** Commands of the blocks that are for a terminal; other blocks are code, replies and requests. */
function commands(): Command[] {
  return documents().flatMap((document) => {
    const blocks = readFileSync(document, "utf8").matchAll(/^```(?:sh)?\n(.*?)^```$/gms);
    return [...blocks].flatMap(([, block = ""]) =>
      block
        .replace(/\s*\\\n\s*/g, " ")
        .split("\n")
        .map((line) => ({ document, line: line.replace(/\s{2,}#.*$/, "").trim() })),
    );
  });
}

const written = (start: RegExp) => commands().filter(({ line }) => start.test(line));

describe("npx wrangler d1 execute", () => {
  const { rawConfig } = experimental_readRawConfig({ config: "wrangler.toml" });
  const databases = rawConfig.env?.["production"]?.d1_databases ?? [];
  const found = written(/^npx wrangler d1 execute/);

  it("is documented", () => expect(found.length).toBeGreaterThan(5));

  it.each(found)("$document: $line", ({ line }) => {
    const [, binding, quoted = ""] =
      /^npx wrangler d1 execute (\w+) (?:(?:--remote|--env production) ){2}--command "(.*)"$/.exec(
        line,
      ) ?? [];
    const database = databases.find((one: { readonly binding: string }) => one.binding === binding);
    migratedSqlite(database?.migrations_dir).prepare(quoted.replaceAll("\\$", "$")).all();
  });
});

describe("npm run", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync("package.json", "utf8"),
  );

  /** What a script's own file says, and the files beside it that it imports. */
  function sourceOf(name: string): string {
    const [file] = /(?<=node )\S+\.ts$/.exec(scripts[name] ?? "") ?? [];
    if (file === undefined) throw new Error(`npm run ${name} takes no options`);
    const own = readFileSync(file, "utf8");
    const beside = [...own.matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) =>
      readFileSync(join(dirname(file), path), "utf8"),
    );
    return [own, ...beside].join("\n");
  }

  const withOptions = written(/^(?:\w+=\S+ )?npm run [\w:-]+ -- /);

  it("is documented with options", () => expect(withOptions.length).toBeGreaterThan(10));

  it.each(withOptions)("$document: $line", ({ line }) => {
    const [, name = "", given = ""] = /npm run ([\w:-]+) -- (.*)$/.exec(line) ?? [];
    const source = sourceOf(name);
    for (const [, option = ""] of given.matchAll(/--([\w-]+)/g)) {
      expect(source).toMatch(new RegExp(`(?:--|["']|\\b)${option}["']?(?:\\b|:)`));
    }
  });
});
