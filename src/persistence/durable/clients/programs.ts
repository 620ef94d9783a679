import type { ServiceAccountId } from "../../../domain/ids.ts";
import type { AddressedProgram } from "../../../use-cases/clients/judge-program.ts";
import type { Programs } from "../../../use-cases/clients/ports.ts";
import { call, callOnce, PATIENCE, within } from "../call.ts";
import { answered } from "../outcome.ts";
import type { ProgramCalls } from "./service-account-calls.ts";
import type { ServiceAccountObject } from "./service-account-object.ts";

const WHAT = "service account";

/**
 * The port to the service accounts' objects. Ids come from tokens whose signature was good, secrets
 * whose tag was good, or rows of D1. The account may be gone by then: its object keeps nothing.
 *
 * @param maxAge milliseconds after which an object reads D1 before it answers
 */
export function durablePrograms(
  namespace: DurableObjectNamespace<ServiceAccountObject>,
  maxAge: number,
): Programs {
  const stubOf = (id: ServiceAccountId): ProgramCalls => namespace.get(namespace.idFromName(id));
  const to = (id: ServiceAccountId): AddressedProgram => ({ id, maxAge });

  return {
    async find(id) {
      const ask = (stub: ProgramCalls) => stub.find(to(id));
      const answer = answered(await call(() => stubOf(id), ask, WHAT));
      return answer.kind === "found" ? answer.standing : null;
    },

    noteUse: (id, secretId, now, since) =>
      callOnce(() => stubOf(id).noteUse(secretId, now, since), WHAT),

    async catchUp(id) {
      const told = callOnce(() => stubOf(id).catchUp(to(id)), WHAT);
      answered(await within(PATIENCE, told, WHAT));
    },
  };
}
