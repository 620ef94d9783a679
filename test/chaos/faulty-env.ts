import type { Env } from "../../src/bindings.ts";
import { failing } from "../support/failing.ts";

/** The stores that can be made to fail. */
export const STORES = [
  "DB",
  "AUDIT_DB",
  "JWKS_CACHE",
  "EVENTS",
  "USERS",
  "LOGIN_THROTTLES",
] as const;
export type Store = (typeof STORES)[number];

/**
 * @property how "before" anything is done, or "after", when the answer alone is lost
 * @property share of the calls
 */
export type Fault = { readonly how: "before" | "after"; readonly share: number };
export type Faults = Partial<Readonly<Record<Store, Fault>>>;

/** Of the isolate, which the Worker and its objects share on this machine; a restart ends them. */
let faults: Faults = {};

export function setFaults(next: Faults): void {
  faults = next;
}

/** What is no call to the store: it makes a statement, or a stub. */
const LOCAL = new Set(["prepare", "prepare.bind", "idFromName", "idFromString"]);

function failsIn(store: Store, isLocal: (path: string) => boolean) {
  return (path: string): boolean | "after" => {
    const fault = faults[store];
    if (fault === undefined || isLocal(path) || Math.random() >= fault.share) return false;
    return fault.how === "before" ? true : "after";
  };
}

const made = new WeakMap<Env, Env>();

/** The same bindings, of which some fail while they are told to; one for each environment. */
export function faultyEnv<E extends Env>(env: E): Env {
  const known = made.get(env);
  if (known !== undefined) return known;
  const store = <S extends Store>(name: S): E[S] =>
    failing(
      env[name],
      failsIn(name, (path) => LOCAL.has(path)),
    );
  const objects = <S extends "USERS" | "LOGIN_THROTTLES">(name: S): E[S] =>
    failing(
      env[name],
      failsIn(name, (path) => !path.startsWith("get.")),
    );
  const faulty = {
    ...env,
    DB: store("DB"),
    AUDIT_DB: store("AUDIT_DB"),
    JWKS_CACHE: store("JWKS_CACHE"),
    EVENTS: store("EVENTS"),
    USERS: objects("USERS"),
    LOGIN_THROTTLES: objects("LOGIN_THROTTLES"),
  };
  made.set(env, faulty);
  return faulty;
}
