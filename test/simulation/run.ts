import { parseArgs } from "node:util";
import { planOf } from "./plan.ts";
import { reportOf } from "./report.ts";
import { keeping } from "./shrink.ts";
import { simulate } from "./simulate.ts";

/** `npm run sim -- --seed N --runs M`, or `--seed N --keep 3,7,12` to see one history. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1" },
    keep: { type: "string" },
    all: { type: "boolean", default: false },
  },
});

const first = Number(values.seed);
const runs = Number(values.runs);

if (values.keep !== undefined || values.all) await show();
else await search();

async function show(): Promise<void> {
  const plan = planOf(first);
  const ids = values.keep?.split(",").map(Number);
  const { lines, violation } = await simulate(ids === undefined ? plan : keeping(plan, ids));
  for (const line of lines) console.log(line);
  if (violation === null) return;
  console.log(`violates: ${violation.invariant}\n  ${violation.what}`);
  process.exitCode = 1;
}

async function search(): Promise<void> {
  const begun = performance.now();
  for (let seed = first; seed < first + runs; seed++) {
    const plan = planOf(seed);
    const { violation } = await simulate(plan);
    if (violation === null) continue;
    console.log(await reportOf(plan, violation));
    process.exitCode = 1;
    return;
  }
  const each = (performance.now() - begun) / runs;
  console.log(`${runs} histories from seed ${first}: no violation, ${each.toFixed(1)} ms each`);
}
