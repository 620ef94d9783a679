/** The layer rule: `layer-rules.ts` says what it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { layerProblems } from "./layer-rules.ts";

const SOURCE = join(import.meta.dirname, "../src");

const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((file) => ({ path: relative(SOURCE, file), text: readFileSync(file, "utf8") }));

const problems = layerProblems(files);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${files.length} files keep to their layers.`);
