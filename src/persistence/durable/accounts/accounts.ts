import type { UserId } from "../../../domain/ids.ts";
import type { AccountPolicy, Addressed, UserObjects } from "../../../use-cases/accounts/ports.ts";
import type { SessionGrant } from "../../../use-cases/tokens/ports.ts";
import { call, callOnce, PATIENCE, unlessOlder, within } from "../call.ts";
import { answered } from "../outcome.ts";
import { callOf, completeGrant } from "./older-code.ts";
import type { UserCalls } from "./user-calls.ts";
import type { UserObject } from "./user-object.ts";

/**
 * The port to the users' objects. Ids come from tokens whose signature or MAC was good or from
 * rows of D1, so that no stranger's guess makes an object.
 *
 * @param patience milliseconds that catching up may take
 */
export function durableAccounts(
  namespace: DurableObjectNamespace<UserObject>,
  policy: AccountPolicy,
  patience = PATIENCE,
): UserObjects {
  const stubOf = (userId: UserId): UserCalls => namespace.get(namespace.idFromName(userId));

  const ask = <T>(
    userId: UserId,
    invoke: (stub: UserCalls, to: Addressed) => Promise<T>,
  ): Promise<T> =>
    call<UserCalls, T>(
      () => stubOf(userId),
      (stub) => invoke(stub, { userId, policy }),
      "account",
    );

  const askOnce = <T>(
    userId: UserId,
    invoke: (stub: UserCalls, to: Addressed) => Promise<T>,
  ): Promise<T> => callOnce(() => invoke(stubOf(userId), { userId, policy }), "account");

  return {
    openSession: async (userId, command) =>
      granted(answered(await ask(userId, (stub, to) => stub.openSession(to, command)))),
    refresh: async (userId, command) =>
      granted(answered(await ask(userId, (stub, to) => stub.refresh(to, command)))),
    check: async (userId, sessionId, withEmail) => {
      const checked = ask(userId, (stub, to) => stub.check(to, sessionId, withEmail));
      const answer = granted(answered(await checked));
      return answer.kind === "live" ? answer.grant : null;
    },
    holdsToken: async (userId, sessionId, hash) =>
      answered(await ask(userId, (stub, to) => stub.holdsToken(to, sessionId, hash))).holds,
    listSessions: (userId) => ask(userId, (stub, to) => stub.listSessions(to)),
    endSessions: (userId, which, cause) =>
      ask(userId, (stub, to) => stub.endSessions(to, which, cause)),
    change: async (userId, command) => {
      const by = callOf(command.change);
      const answer = answered(await ask(userId, (stub, to) => stub[by](to, command)));
      if (!("opened" in answer) || answer.opened === undefined) return answer;
      return { ...answer, opened: completeGrant(answer.opened) };
    },
    catchUp: async (userId) => {
      // Called once: the feed's next run retries, and a run has a limited number of calls.
      const told = askOnce(userId, (stub, to) => stub.catchUp(to));
      return answered(await within(patience, told, "account")).whom ?? "known";
    },
    reserveProof: (userId, by, credentialSetAt) =>
      askOnce(userId, (stub, to) => stub.reserveProof(to, by, credentialSetAt)),
    releaseProof: (userId, by, attempt) =>
      askOnce(userId, (stub, to) => stub.releaseProof(to, by, attempt)),
    // An object with older code tells no events; a wrong password is no outage for that.
    failProof: (userId, failed, by) =>
      askOnce(userId, (stub, to) => stub.failProof(to, failed, by).catch(unlessOlder)),
    confirmEvents: (userId, places) => ask(userId, (stub) => stub.confirmEvents(places)),
    listFactors: async (userId) =>
      answered(await ask(userId, (stub, to) => stub.listFactors(to, true))).held,
    addFactor: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.addFactor(to, command))).kind,
    confirmFactor: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.confirmFactor(to, command))).kind,
    // Asked once: after a lost answer it would be spent.
    takeChallenge: async (userId, command) =>
      answered(await askOnce(userId, (stub, to) => stub.takeChallenge(to, command))),
    addPasskey: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.addPasskey(to, command))).kind,
    renamePasskey: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.renamePasskey(to, command))),
    removeFactor: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.removeFactor(to, command))).kind,
    resetFactors: (userId, cause) => ask(userId, (stub, to) => stub.resetFactors(to, cause)),
    renewRecoveryCodes: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.renewRecoveryCodes(to, command))).kind,
    // Asked once: after a lost answer the code was used.
    stepUp: async (userId, command) => {
      const answer = answered(await askOnce(userId, (stub, to) => stub.stepUp(to, command)));
      return answer.kind === "done" ? { ...answer, grant: completeGrant(answer.grant) } : answer;
    },
    exportHeld: (userId, cause) => askOnce(userId, (stub, to) => stub.exportHeld(to, cause)),
    clearProofs: (userId, by) => ask(userId, (stub, to) => stub.clearProofs(to, by)),
  };
}

function granted<A extends { readonly kind: string; readonly grant?: SessionGrant }>(answer: A): A {
  return answer.grant === undefined ? answer : { ...answer, grant: completeGrant(answer.grant) };
}
