import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../chaos/bundle.ts";
import { chaos } from "../chaos/chaos.ts";
import { LOCKS, type Outage, STORE_OUTAGES } from "../chaos/outages.ts";

/*
 * A little of `npm run chaos`, which kills oftener and lets every store fail, each for longer.
 */

const OUTAGES = ["D1 loses its answers", "the users' objects refuse", "everything fails at times"];

let directory: string;
let script: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "auth-chaos-"));
  script = bundle(join(directory, "build"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

const play = (name: string, kills: number, outages: readonly Outage[]) =>
  chaos({
    directory: join(directory, name),
    script,
    people: 4,
    seed: name,
    kills,
    outages,
    outageTime: 1_000,
    isHurried: true,
    tell: () => undefined,
  });

/** A turn or two of the alarms that send again. */
const timeout = 300_000;

it("CFW-02 CFW-05 REF-06 whatever was acknowledged is there, once, wherever the runtime was killed and whichever store failed", {
  timeout,
}, async () => {
  const outages = STORE_OUTAGES.filter(({ name }) => OUTAGES.includes(name));
  const figures = await play("ci", 4, [...outages, ...LOCKS]);
  expect(outages).toHaveLength(OUTAGES.length);
  expect(figures).toMatchObject({ kills: 4 });
  // It was not all quiet while that happened.
  for (const many of ["acknowledged", "broken", "unavailable", "foundOut", "events", "mails"]) {
    expect(figures[many]).toBeGreaterThan(0);
  }
});
