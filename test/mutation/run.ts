/** `npm run mutation`: would the tests notice what could go wrong in the rules? */
import process from "node:process";
import { parseArgs } from "node:util";
import { compiling } from "./compiles.ts";
import { type Part, partsOf } from "./subjects.ts";
import { judged, knownEquivalents, lineOf } from "./survivors.ts";
import { type Tried, tryMutants } from "./try.ts";

const USAGE = `npm run mutation -- [--subject NAME ...] [pattern of files ...]
  --subject NAME  a part of it; with patterns, the part whose tests are run`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    subject: { type: "string", multiple: true, default: [] },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit();
}

const scores: Awaited<ReturnType<typeof scored>>[] = [];
for (const part of partsOf(values.subject, positionals)) scores.push(await scored(part));
console.table(Object.fromEntries(scores.map(({ name, figures }) => [name, figures])));
process.exitCode = scores.some(({ isGood }) => !isGood) ? 1 : 0;

/** Counts what became of a part's mutants, and names whatever has to be looked at. */
async function scored(part: Part) {
  const begun = Date.now();
  const { mutants, unsound } = await tryMutants(part);
  const those = (...statuses: readonly Tried["status"][]) =>
    mutants.filter(({ status }) => statuses.includes(status));
  const survivors = those("survived", "unreached");
  const valid = compiling(survivors);
  const { explained, unexplained, stale } = judged(mutants, valid, knownEquivalents());
  for (const survivor of unexplained) console.log(described(survivor));
  for (const { file, line } of stale) console.log(`${file}: nothing survives that changes ${line}`);
  for (const test of unsound) console.log(`fails without a mutant the second time: ${test}`);
  const noticed = those("killed", "endless").length;
  const told = noticed + unexplained.length;
  const figures = {
    mutants: mutants.length,
    "not compiling": survivors.length - valid.length,
    killed: noticed,
    "of them by waiting": those("endless").length,
    equivalent: explained.length,
    survived: unexplained.length,
    "score %": told === 0 ? 100 : Math.floor((1_000 * noticed) / told) / 10,
    seconds: Math.round((Date.now() - begun) / 1_000),
  };
  return { name: part.name, figures, isGood: unexplained.length + stale.length === 0 };
}

function described(mutant: Tried): string {
  return [
    `${mutant.file}:${mutant.location.start.line + 1} ${mutant.status}, ${mutant.mutatorName}`,
    `  ${lineOf(mutant)}`,
    `  => ${mutant.replacement}`,
  ].join("\n");
}
