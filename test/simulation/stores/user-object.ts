import type { UserId } from "../../../src/domain/ids.ts";
import {
  completeBy,
  completeCause,
  completePolicy,
  completeRefresh,
  completeSecond,
  completeSession,
  knownAnswer,
  knownFactors,
  UNSAID_CAUSE as UNSAID,
} from "../../../src/persistence/durable/accounts/older-code.ts";
import type { UserCalls } from "../../../src/persistence/durable/accounts/user-calls.ts";
import { eventQueue } from "../../../src/persistence/queue/event-queue.ts";
import { type UserJudge, userJudge } from "../../../src/use-cases/accounts/judge/judge-user.ts";
import type {
  AccountRecord,
  Addressed,
  ChangeCommand,
} from "../../../src/use-cases/accounts/ports.ts";
import { memoryAccountRecord } from "../../support/fakes/account-record.ts";
import { someEventId, someId } from "../../support/samples.ts";
import type { World } from "../world.ts";
import { type Parts, SimulatedObject } from "./object.ts";
import { outcomeOf } from "./outcome.ts";
import { D1, QUEUE, remote } from "./remote.ts";
import { journaledUserStore } from "./user-store.ts";

export type UserObject = SimulatedObject<UserCalls>;

/** One user's object: the real judge. */
export const userObject = (world: World, userId: UserId): UserObject =>
  new SimulatedObject<UserCalls>(world, {
    name: `object of ${userId}`,
    skew: () => world.skewOf(userId),
    wake(parts) {
      const { clock, defer, gate, host, kv } = parts;
      const queue = eventQueue(remote(world, host, QUEUE, world.queue));
      const store = journaledUserStore(kv, {
        queue: { send: (messages) => gate().then(() => queue.send(messages)) },
        clock,
        defer,
      });
      const record = gated(world, parts, store, memoryAccountRecord(world.db));
      const ids = { newFenceId: someId, newEventId: someEventId };
      const judge = userJudge({ store, record, clock, defer, ...ids });
      return {
        calls: {
          ...callsOf(judge, () => world.scheduler.now),
          async reserveProof(to, by, credentialSetAt) {
            const attempt = judge.reserveProof(to, by, credentialSetAt);
            if (attempt.kind === "allowed") world.tries.grant(userId);
            return attempt;
          },
        },
        admitted: () => store.admitted(),
        async alarm() {
          store.alarmRang();
          await judge.alarm();
        },
      };
    },
  });

/** Asks once all that was written is safe, and hears the answer when calls are let in. */
function gated(
  world: World,
  { gate, host }: Parts,
  store: ReturnType<typeof journaledUserStore>,
  port: AccountRecord,
): AccountRecord {
  const record = remote(world, host, D1, port);
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    await gate();
    const [answer] = await Promise.allSettled([work()]);
    await store.admitted();
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  };
  return {
    read: (...args) => ask(() => record.read(...args)),
    apply: (...args) => ask(() => record.apply(...args)),
    fence: (...args) => ask(() => record.fence(...args)),
  };
}

function changed(judge: UserJudge, to: Addressed, command: ChangeCommand, now: number) {
  const { open, ...rest } = completeBy(completeCause(command));
  const whole = open === undefined ? rest : { ...rest, open: completeSession(open, now) };
  return judge.change(completePolicy(to), whole);
}

/** The object's shell, as src/persistence/durable/accounts/user-object.ts has it. */
const callsOf = (judge: UserJudge, now: () => number): UserCalls => ({
  openSession: (to, command) =>
    outcomeOf(
      judge
        .openSession(to, completeSecond(completeCause(completeSession(command, now()))))
        .then((answer) => knownAnswer(command, answer)),
    ),
  refresh: (to, command) => outcomeOf(judge.refresh(to, completeRefresh(command))),
  check: (to, id, withEmail) =>
    outcomeOf(
      judge
        .check(to, id, withEmail)
        .then((grant) => (grant === null ? { kind: "dead" } : { kind: "live", grant })),
    ),
  holdsToken: (to, id, hash) =>
    outcomeOf(judge.holdsToken(to, id, hash).then((holds) => ({ kind: "answered", holds }))),
  listSessions: async (to) => judge.listSessions(to),
  endSessions: async (to, which, cause = UNSAID) => judge.endSessions(to, which, cause),
  change: (to, command) => outcomeOf(changed(judge, to, command, now())),
  redeem: (to, command) => outcomeOf(changed(judge, to, command, now())),
  catchUp: (to) => outcomeOf(judge.catchUp(to).then((whom) => ({ kind: "done", whom }))),
  reserveProof: async (to, by, credentialSetAt) => judge.reserveProof(to, by, credentialSetAt),
  releaseProof: async (to, by, attempt) => judge.releaseProof(to, by, attempt),
  failProof: async (to, failed, by = "session") => judge.failProof(to, failed, by),
  clearProofs: async (to, by) => judge.clearProofs(to, by),
  listFactors: (to, knowsPasskeys = false) =>
    outcomeOf(
      judge
        .listFactors(to)
        .then((held) => ({ kind: "answered", held: knownFactors(held, knowsPasskeys) })),
    ),
  addFactor: (to, command) => outcomeOf(judge.addFactor(to, command).then((kind) => ({ kind }))),
  confirmFactor: (to, command) =>
    outcomeOf(judge.confirmFactor(to, command).then((kind) => ({ kind }))),
  takeChallenge: (to, command) => outcomeOf(judge.takeChallenge(to, command)),
  addPasskey: (to, command) => outcomeOf(judge.addPasskey(to, command).then((kind) => ({ kind }))),
  renamePasskey: (to, command) => outcomeOf(judge.renamePasskey(to, command)),
  removeFactor: (to, command) =>
    outcomeOf(judge.removeFactor(to, command).then((kind) => ({ kind }))),
  resetFactors: async (to, cause) => judge.resetFactors(to, cause),
  renewRecoveryCodes: (to, command) =>
    outcomeOf(judge.renewRecoveryCodes(to, command).then((kind) => ({ kind }))),
  stepUp: (to, command) => outcomeOf(judge.stepUp(to, command)),
  exportHeld: async (to, cause) => judge.exportHeld(to, cause),
  confirmEvents: async (places) => judge.confirmEvents(places),
});
