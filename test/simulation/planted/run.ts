import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BUGS } from "./bugs.ts";

/** `npm run sim:planted`: each bug must be found within a number of histories. */
const MOST_RUNS = 500;

const at = (path: string): string => join(import.meta.dirname, path);

for (const { name } of BUGS) {
  const args = [
    "--import",
    at("plant.ts"),
    at("../run.ts"),
    "--seed",
    "1",
    "--runs",
    `${MOST_RUNS}`,
  ];
  const env = { ...process.env, PLANTED_BUG: name, NODE_NO_WARNINGS: "1" };
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  const seed = /^seed (\d+) violates: (.*)$/m.exec(stdout);
  if (seed === null) process.exitCode = 1;
  console.log(
    seed === null ? `NOT FOUND: ${name}\n${stderr}` : `seed ${seed[1]}: ${name} (${seed[2]})`,
  );
}
