import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import { durablePrograms } from "../../../src/persistence/durable/clients/programs.ts";
import type { ProgramCalls } from "../../../src/persistence/durable/clients/service-account-calls.ts";
import { type ProgramJudge, programJudge } from "../../../src/use-cases/clients/judge-program.ts";
import type {
  ProgramRecord,
  Programs,
  StandingCopy,
} from "../../../src/use-cases/clients/ports.ts";
import type { Host } from "../host.ts";
import type { World } from "../world.ts";
import { type Parts, SimulatedObject } from "./object.ts";
import { outcomeOf } from "./outcome.ts";
import { D1, remote } from "./remote.ts";
import { namespaceOf } from "./stubs.ts";

/** The key of the copy that an object keeps. */
export const STANDING = "standing";

/** The real adapter, as one host has it, over the simulated objects. */
export const programsSeenBy = (world: World, host: Host, maxAge: number): Programs =>
  durablePrograms(
    namespaceOf(world, host, "objects", (name) => objectOf(world, name as ServiceAccountId)), // from idFromName
    maxAge,
  );

function objectOf(world: World, id: ServiceAccountId): SimulatedObject<ProgramCalls> {
  const object =
    world.programs.get(id) ??
    new SimulatedObject<ProgramCalls>(world, {
      name: `object of ${id}`,
      wake: (parts) => ({ calls: callsOf(judgeOf(world, parts)), alarm: async () => undefined }),
    });
  world.programs.set(id, object);
  return object;
}

function judgeOf(world: World, { clock, defer, gate, host, kv }: Parts): ProgramJudge {
  const record: ProgramRecord = remote(world, host, D1, world.ports.programRecord);
  return programJudge({
    store: {
      copy: () => kv.get<StandingCopy>(STANDING) ?? null,
      keep: (copy) => kv.put(STANDING, copy),
      erase: async () => kv.clear(),
    },
    record: { read: (id) => gate().then(() => record.read(id)) },
    clock,
    defer,
  });
}

/** The object's shell, as src/persistence/durable/clients/service-account-object.ts has it. */
const callsOf = (judge: ProgramJudge): ProgramCalls => ({
  find: (to) =>
    outcomeOf(
      judge
        .find(to)
        .then((standing) =>
          standing === null ? { kind: "unknown" } : { kind: "found", standing },
        ),
    ),
  noteUse: async (secretId, now, since) => judge.noteUse(secretId, now, since),
  catchUp: (to) => outcomeOf(judge.catchUp(to).then(() => ({ kind: "done" }))),
});
