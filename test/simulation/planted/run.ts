import { BUGS } from "./bugs.ts";
import { eachBug, hunt } from "./hunt.ts";

/** `npm run sim:planted`: the first seed that gives each bug away, to be noted in bugs.ts. */
const MOST_RUNS = 3_000;

await eachBug(BUGS, async (bug) => {
  const given = await hunt(bug, { from: 1, to: 1 + MOST_RUNS });
  if (given === null) process.exitCode = 1;
  const how = given === null ? "NOT FOUND" : `seed ${given.seed}`;
  console.log(`${how}: ${bug.name}${given === null ? "" : ` (${given.invariant})`}`);
});
