import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { UseCases } from "../isolate.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Actor, MESSAGE_FAULTS } from "./actor.ts";

type Chore = (useCases: UseCases) => Promise<unknown>;

/** What the cron of a minute does beside the change feed. */
const CHORES: Readonly<Record<string, Chore>> = {
  "program feed": ({ clients }) => clients.workOffProgramFeed(SYSTEM),
  "events of the record": ({ events }) => events.sendRecordEvents(SYSTEM),
  erasures: ({ events }) => events.finishErasures(SYSTEM),
  "old events": ({ events }) => events.purgeEvents(SYSTEM),
  "old mails": ({ accountFlows }) => accountFlows.purgeMails(SYSTEM),
  "dead requests": ({ accountFlows }) => accountFlows.forgetDeadRequests(SYSTEM),
  "unverified accounts": ({ accountFlows }) => accountFlows.removeUnverified(SYSTEM),
};

/** One run, whose jobs fail each by itself. */
export async function runChores(world: World, random: Random): Promise<string> {
  const isolate = world.isolates[random.below(world.isolates.length)];
  if (isolate === undefined) return "no isolate";
  const { host, useCases } = isolate;
  const jobs = Object.entries(CHORES);
  const runs = jobs.map(([, run]) => host.served(run(useCases)));
  const outcomes = await Promise.allSettled(runs);
  const failed = outcomes.flatMap((outcome, at) =>
    outcome.status === "rejected" ? [[jobs[at]?.[0], outcome.reason] as const] : [],
  );
  for (const [, reason] of failed) world.mishap(reason);
  return failed.length === 0 ? "done" : `broke off: ${failed.map(([name]) => name).join(", ")}`;
}

/** They may run twice, late or never. */
export const chores: Actor = {
  name: "minute cron",
  faults: MESSAGE_FAULTS,
  acts: {
    runs: {
      weight: 3,
      async run(world, _, random) {
        const isTwice = random.chance(0.3);
        const runs = [runChores(world, random), ...(isTwice ? [runChores(world, random)] : [])];
        return (await Promise.all(runs)).join(" / ");
      },
    },
  },
};
