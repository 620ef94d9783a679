import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BUGS } from "./bugs.ts";

/*
 * `node --import ./test/simulation/planted/plant.ts test/simulation/run.ts …` with PLANTED_BUG set
 * to a name: that bug's text replaces the source as it is loaded.
 */

const bug = BUGS.find(({ name }) => name === process.env["PLANTED_BUG"]);
if (bug === undefined) throw new Error("PLANTED_BUG names no bug");

const path = join(import.meta.dirname, "../../..", bug.file);
const text = readFileSync(path, "utf8");
if (text.split(bug.find).length !== 2) throw new Error(`${bug.file} does not hold: ${bug.find}`);
const source = stripTypeScriptTypes(text.replace(bug.find, () => bug.replace));

registerHooks({
  load: (url, context, next) =>
    url === pathToFileURL(path).href
      ? { format: "module", source, shortCircuit: true }
      : next(url, context),
});
