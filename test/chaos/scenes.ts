import { tell } from "./control.ts";
import { toggleRole } from "./deeds.ts";
import { load } from "./load.ts";
import { judgeMails } from "./mails.ts";
import type { Outage } from "./outages.ts";
import type { Victim } from "./runtime.ts";
import type { Stage } from "./stage.ts";
import { judge } from "./verdict.ts";
import type { World } from "./world.ts";

/** Milliseconds of load before a kill, at most. */
const LONGEST_LIFE = 2_000;
const CRON_INTERVAL = 500;

const sleep = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

/** Load, a SIGKILL at a moment that nobody chose, a restart on the same files, and the verdict. */
export async function killOnce(stage: Stage, victim: Victim): Promise<void> {
  const { runtime, world } = stage;
  const { service, random } = world;
  const running = load(world, runtime.origin);
  await Promise.race([sleep(random.next() * LONGEST_LIFE), running.ended]);
  service.mayBreak = true;
  await runtime.kill(victim);
  running.stop();
  await running.ended;
  await runtime.start();
  service.life++;
  service.mayBreak = false;
  await verdict(stage);
}

/** Load while something fails, which ends by itself; then the verdict, without a restart. */
export async function failFor(stage: Stage, outage: Outage, milliseconds: number): Promise<void> {
  const { runtime, world } = stage;
  const running = load(world, runtime.origin);
  world.service.fails = outage.fails;
  const end = await outage.begin(stage);
  try {
    await Promise.race([sleep(milliseconds), running.ended]);
  } finally {
    running.stop();
    await end();
  }
  await running.ended;
  world.service.fails = "nothing";
  await verdict(stage);
}

async function verdict({ runtime, world, trail }: Stage): Promise<void> {
  await judge(world, runtime.origin(), "sample");
  await sendFromObjects(world);
  await trail.judge(runtime.origin, "objects", async () => true);
}

/** Whoever begins a change sends what was told before: the alarms would, a minute later. */
const sendFromObjects = (world: World) =>
  Promise.all(world.people.map((person) => toggleRole(world, person)));

async function sendWhatIsKept({ runtime }: Stage): Promise<void> {
  const query = "update outbox set due_at = 0";
  await tell(runtime.origin(), { kind: "rows", database: "DB", query });
}

/**
 * Everything that was ever acknowledged, once the service has sent by itself what it kept.
 *
 * @param isHurried whether what D1 keeps is due at once
 */
export async function lastVerdict(stage: Stage, isHurried: boolean): Promise<number> {
  const { runtime, world, trail } = stage;
  await judge(world, runtime.origin(), "all");
  if (isHurried) await sendFromObjects(world);
  const again = async () => {
    if (isHurried) await sendWhatIsKept(stage);
    await tell(runtime.origin(), { kind: "cron", cron: "* * * * *" });
  };
  const crons = setInterval(() => void again().catch(() => undefined), CRON_INTERVAL);
  try {
    await trail.judge(runtime.origin, "everything", () => isQuiet(runtime.origin()));
    return await judgeMails(world);
  } finally {
    clearInterval(crons);
  }
}

/** Nothing waits to be sent or worked off. */
async function isQuiet(origin: string): Promise<boolean> {
  const kept = await tell(origin, { kind: "kept messages" });
  const query = `select (select count(*) from outbox) + (select count(*) from change_feed)
    + (select count(*) from own_changes) + (select count(*) from dead_letters) as waiting`;
  const [row] = (await tell(origin, { kind: "rows", database: "DB", query })) as {
    waiting: number;
  }[];
  return kept === 0 && row?.waiting === 0;
}
