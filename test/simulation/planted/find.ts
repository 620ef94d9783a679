import { search } from "../search.ts";

/* `node --import ./plant.ts find.ts FROM TO`: prints the first violation of these seeds, or null. */

const [from = 0, to = 0] = process.argv.slice(2).map(Number);
const { found } = await search({ from, to });
const shown = found && { seed: found.seed, invariant: found.violation.invariant };
console.log(JSON.stringify(shown));
