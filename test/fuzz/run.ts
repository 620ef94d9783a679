/**
 * `npm run fuzz -- --target NAME --seconds S`: looks for inputs that break a parser's property, guided
 * by which code they reach. Without a target, every target in turn. What it finds and what reaches
 * something new is written into the corpus, which the tests replay.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { readInputs, targetNames, writeInputs } from "./engine/corpus.ts";
import { watched } from "./engine/watched.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string", multiple: true },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

async function run(name: string, seconds: number, seed: number): Promise<boolean> {
  const outcome = await watched({ name, seconds, seed });
  if ("hung" in outcome) {
    writeInputs(name, "finds", [...readInputs(name, "finds"), outcome.hung]);
    console.error(`${name}: took too long: ${JSON.stringify(outcome.hung.slice(0, 500))}`);
    return false;
  }
  const { executions, features, corpus, finds } = outcome;
  writeInputs(name, "inputs", corpus);
  const known = readInputs(name, "finds");
  const isNew = finds.length > 0;
  if (isNew) writeInputs(name, "finds", [...known, ...finds.map(({ input }) => input)]);
  console.log(
    `${name}: ${executions} executions, features ${features.seeds} -> ${features.all}, ` +
      `${corpus.length} inputs kept, ${finds.length} finds`,
  );
  for (const { input, error } of finds) {
    console.error(`  ${error}\n  ${JSON.stringify(input.slice(0, 500))}`);
  }
  return !isNew;
}

let isClean = true;
for (const name of values.target ?? targetNames()) {
  isClean = (await run(name, Number(values.seconds), Number(values.seed))) && isClean;
}
process.exitCode = isClean ? 0 : 1;
