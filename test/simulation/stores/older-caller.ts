import { Unavailable } from "../../../src/use-cases/outside.ts";

/** What code of an earlier release does not say: src/persistence/durable/accounts/older-code.ts. */
const UNSAID: Readonly<Record<string, readonly string[]>> = {
  openSession: ["cause", "clientId", "amr", "authTime"],
  refresh: ["clientId", "device", "requestId"],
  change: ["cause"],
  redeem: ["cause"],
};

/** What it does not ask at all: it has no route that would. */
const UNASKED: ReadonlySet<string> = new Set(["takeChallenge", "addPasskey", "renamePasskey"]);

/** The arguments of a call to a user's object, as an isolate that still runs that code makes it. */
export function saidByOlder(method: string, [to, command, ...rest]: readonly unknown[]): unknown[] {
  if (UNASKED.has(method)) throw new Unavailable("route");
  const unsaid = UNSAID[method];
  const without = unsaid === undefined ? command : leaving(command, unsaid);
  return [withoutPolicy(to), without, ...rest];
}

function leaving(given: unknown, names: readonly string[]): unknown {
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
}

function withoutPolicy(to: unknown): unknown {
  if (typeof to !== "object" || to === null || !("policy" in to)) return to;
  return { ...to, policy: leaving(to.policy, ["requireVerifiedEmail"]) };
}
