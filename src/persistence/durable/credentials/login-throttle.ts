import type { Email } from "../../../domain/accounts/email.ts";
import type { LoginThrottle } from "../../../use-cases/credentials/ports.ts";
import { call, callOnce } from "../call.ts";
import type { LoginThrottleObject } from "./login-throttle-object.ts";

const WHAT = "login throttle";

/** @param nameKey the object's name for a login name, which tells the reader of a dump nothing */
export function durableLoginThrottle(
  namespace: DurableObjectNamespace<LoginThrottleObject>,
  nameKey: (loginName: Email) => string,
): LoginThrottle {
  const stubOf = (name: Email) => () => namespace.get(namespace.idFromName(nameKey(name)));

  return {
    reserve: (name, setAt) => callOnce(async () => stubOf(name)().reserve(setAt), WHAT),
    release: (name, attempt) => callOnce(() => stubOf(name)().release(attempt), WHAT),
    fail: (name, failed) => callOnce(() => stubOf(name)().fail(failed), WHAT),
    confirmEvents: (object, places) =>
      call(
        () => namespace.get(namespace.idFromString(object)),
        (stub) => stub.confirmEvents(places),
        WHAT,
      ),
    reserveCode: (name, flow) => callOnce(async () => stubOf(name)().reserveCode(flow), WHAT),
    // Repeated after a lost answer it would be refused, and so is not.
    spendCode: (name, flowId) => callOnce(async () => stubOf(name)().spendCode(flowId), WHAT),
    clear: (name) => call(stubOf(name), (stub) => stub.clear(), WHAT),
  };
}
