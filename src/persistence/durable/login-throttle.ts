import type { Email } from "../../domain/email.ts";
import type { LoginThrottle } from "../../use-cases/ports.ts";
import { outageOf } from "../outage.ts";
import { call } from "./call.ts";
import type { LoginThrottleObject } from "./login-throttle-object.ts";

/** @param nameKey turns a login name into one that tells a dump's reader nothing */
export function durableLoginThrottle(
  namespace: DurableObjectNamespace<LoginThrottleObject>,
  nameKey: (loginName: Email) => string,
): LoginThrottle {
  const stubOf = (name: Email) => () => namespace.get(namespace.idFromName(nameKey(name)));

  return {
    // Asked once only: a try that was counted and whose answer was lost must not count twice.
    async reserve(name) {
      try {
        return await stubOf(name)().reserve();
      } catch (cause) {
        throw outageOf("login throttle", cause);
      }
    },
    async release(name, attempt) {
      try {
        await stubOf(name)().release(attempt);
      } catch (cause) {
        throw outageOf("login throttle", cause);
      }
    },
    clear: (name) => call(stubOf(name), (stub) => stub.clear(), "login throttle"),
  };
}
