import type { UserId } from "../../../domain/ids.ts";
import type { AccountPolicy, UserObjects } from "../../../use-cases/accounts/ports.ts";
import { Unavailable } from "../../../use-cases/outside.ts";
import { call, callOnce } from "../call.ts";
import type { Addressed, Outage } from "./account-authority.ts";
import type { UserCalls } from "./user-calls.ts";
import type { UserObject } from "./user-object.ts";

/**
 * The port to the users' objects. Ids come from tokens whose signature or MAC was good or from
 * rows of D1, so that no stranger's guess makes an object.
 */
export function durableAccounts(
  namespace: DurableObjectNamespace<UserObject>,
  policy: AccountPolicy,
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
      answered(await ask(userId, (stub, to) => stub.openSession(to, command))),
    refresh: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.refresh(to, command))),
    check: async (userId, sessionId) => {
      const answer = answered(await ask(userId, (stub, to) => stub.check(to, sessionId)));
      return answer.kind === "live" ? answer.grant : null;
    },
    holdsToken: async (userId, sessionId, hash) =>
      answered(await ask(userId, (stub, to) => stub.holdsToken(to, sessionId, hash))).holds,
    listSessions: (userId) => ask(userId, (stub, to) => stub.listSessions(to)),
    endSessions: (userId, which) => ask(userId, (stub, to) => stub.endSessions(to, which)),
    change: async (userId, command) =>
      answered(await ask(userId, (stub, to) => stub.change(to, command))),
    catchUp: async (userId) => {
      // Once: whoever hands out the changes comes back by itself, and has only so many calls.
      answered(await askOnce(userId, (stub, to) => stub.catchUp(to)));
    },
    reserveProof: (userId, by, credentialSetAt) =>
      askOnce(userId, (stub, to) => stub.reserveProof(to, by, credentialSetAt)),
    releaseProof: (userId, by, attempt) =>
      askOnce(userId, (stub, to) => stub.releaseProof(to, by, attempt)),
    clearProofs: (userId, by) => ask(userId, (stub, to) => stub.clearProofs(to, by)),
  };
}

/** An outage inside the object becomes one here. */
function answered<A extends { readonly kind: string }>(answer: A | Outage): A {
  if (isOutage(answer)) throw new Unavailable(answer.dependency);
  return answer;
}

function isOutage(answer: { readonly kind: string }): answer is Outage {
  return answer.kind === "unavailable";
}
