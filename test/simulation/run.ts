import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Figures, shownFigures } from "./figures.ts";
import { planOf } from "./plan.ts";
import { linesOf, reportOf } from "./report.ts";
import { DEFAULT_JOBS, searchWide } from "./search.ts";
import { keeping } from "./shrink.ts";
import { simulate } from "./simulate.ts";

/** `npm run sim -- --seed N --runs M`, or `--seed N --keep 3,7,12` to see one history. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1" },
    jobs: { type: "string", default: `${DEFAULT_JOBS}` },
    json: { type: "string" },
    keep: { type: "string" },
    all: { type: "boolean", default: false },
  },
});

const first = Number(values.seed);
const runs = Number(values.runs);

if (values.keep !== undefined || values.all) await show();
else await hunt();

async function show(): Promise<void> {
  const plan = planOf(first);
  const kept = values.keep === undefined ? plan : keeping(plan, values.keep);
  const outcome = await simulate(kept);
  for (const line of linesOf(outcome)) console.log(line);
  const { violation } = outcome;
  if (violation === null) return;
  console.log(`violates: ${violation.invariant}\n  ${violation.what}`);
  process.exitCode = 1;
}

async function hunt(): Promise<void> {
  const begun = performance.now();
  const range = { from: first, to: first + runs };
  const { figures, found } = await searchWide(range, Number(values.jobs), progress);
  const seconds = (performance.now() - begun) / 1_000;
  if (process.stderr.isTTY) process.stderr.write("\n");
  if (found !== null) {
    console.log(await reportOf(planOf(found.seed), found.violation));
    process.exitCode = 1;
  }
  console.log(shownFigures(figures, seconds));
  if (values.json === undefined) return;
  await writeFile(values.json, `${JSON.stringify({ first, seconds, ...figures }, null, 2)}\n`);
}

function progress({ histories }: Figures): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${histories} of ${runs} histories`);
}
