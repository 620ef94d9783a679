/**
 * `npm run chaos -- --kills 200 --seed 1 --seconds 3`: the real runtime with its files on disk, killed
 * under load, and then with stores that fail for some seconds each. A seed decides what is done and
 * what is killed; the moment of a kill is real time. Where a promise is broken, the ledger of whom it
 * concerns is printed, and the files stay for inspection.
 *
 * A full disk takes a small file system of its own, which only root can mount: elsewhere that part
 * says why it did not run, and fails only with `--disk`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { chaos, type Figures } from "./chaos.ts";
import { DISK_FULL, smallDisk } from "./disk.ts";
import { LOCKS, STORE_OUTAGES } from "./outages.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    seconds: { type: "string", default: "3" },
    people: { type: "string", default: "6" },
    disk: { type: "boolean", default: false },
  },
});

const tell = (what: string, figures: Figures) => console.log(`${what}: ${JSON.stringify(figures)}`);

async function run(directory: string): Promise<number> {
  const plan = {
    script: bundle(join(directory, "build")),
    people: Number(values.people),
    seed: values.seed,
    outageTime: Number(values.seconds) * 1_000,
    isHurried: false,
    tell,
  };
  const main = { directory: join(directory, "main"), kills: Number(values.kills) };
  tell("no violation", await chaos({ ...plan, ...main, outages: [...STORE_OUTAGES, ...LOCKS] }));

  const small = join(directory, "small");
  const disk = smallDisk(small);
  if ("refused" in disk) {
    console.log(
      `the full disk was not tried, for no small file system was to be had: ${disk.refused}`,
    );
    return values.disk ? 1 : 0;
  }
  process.once("exit", disk.unmount);
  tell("no violation", await chaos({ ...plan, directory: small, kills: 0, outages: [DISK_FULL] }));
  disk.unmount();
  return 0;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const directory = mkdtempSync(join(tmpdir(), "auth-chaos-"));
console.log(`seed ${values.seed}, files in ${directory}`);
try {
  const code = await run(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
} catch (error) {
  console.error(error);
  process.exit(1);
}
