import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { commands } from "../../support/documents.ts";
import { migratedSqlite } from "../../support/migrated-sqlite.ts";

describe("npx wrangler d1 execute", () => {
  const { rawConfig } = experimental_readRawConfig({ config: "wrangler.toml" });
  const databases = rawConfig.env?.["production"]?.d1_databases ?? [];
  const found = commands(/^npx wrangler d1 execute .* --command/);

  it("is documented", () => expect(found.length).toBeGreaterThan(5));

  it.each(found)("$document: $line", ({ line }) => {
    const [, binding, quoted = ""] =
      /^npx wrangler d1 execute (\w+) (?:(?:--remote|--env production|--json) ){2,3}--command "(.*)"(?: > \S+)?$/.exec(
        line,
      ) ?? [];
    const database = databases.find((one: { readonly binding: string }) => one.binding === binding);
    const sql = quoted.replaceAll("\\$", "$").replaceAll("<RFC 3339>", "2026-11-01T00:00:00Z");
    migratedSqlite(database?.migrations_dir).prepare(sql).all();
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

  /** As a key of what `parseArgs` takes, or as the text that is compared. */
  const optionNamed = (name: string) =>
    new RegExp(`[\\s{,]"?${name}"?: \\{(?: type: |$)|["']--${name}["']`, "m");

  const withOptions = commands(/^(?:\w+=\S+ )?npm run [\w:-]+ -- /);

  it("is documented with options", () => expect(withOptions.length).toBeGreaterThan(10));

  it.each(withOptions)("$document: $line", ({ line }) => {
    const [, name = "", given = ""] = /npm run ([\w:-]+) -- (.*)$/.exec(line) ?? [];
    const source = sourceOf(name);
    for (const [, option = ""] of given.matchAll(/--([\w-]+)/g)) {
      expect(source).toMatch(optionNamed(option));
    }
  });
});
