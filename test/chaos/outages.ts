import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { tell } from "./control.ts";
import { type Faults, STORES } from "./faulty-env.ts";
import type { Failing } from "./service.ts";
import type { Stage } from "./stage.ts";

/** Something that fails for a while, and then does not. */
export type Outage = {
  readonly name: string;
  /** Whose failure is a reason for 503. */
  readonly fails: Failing;
  /** @returns what ends it */
  begin(stage: Stage): Promise<() => Promise<void>>;
};

const ofStores = (name: string, faults: Faults, fails: Failing = "stores"): Outage => ({
  name,
  fails,
  async begin({ runtime }) {
    await tell(runtime.origin(), { kind: "faults", faults });
    return async () => void (await tell(runtime.origin(), { kind: "faults", faults: {} }));
  },
});

const always = (how: "before" | "after") => ({ how, share: 1 });
const atTimes = (how: "before" | "after") => ({ how, share: 0.3 });

/** One after the other, and together. */
export const STORE_OUTAGES: readonly Outage[] = [
  ofStores("KV refuses", { JWKS_CACHE: always("before") }, "caches"),
  ofStores("AUDIT_DB refuses", { AUDIT_DB: always("before") }, "nothing"),
  ofStores("AUDIT_DB loses its answers", { AUDIT_DB: always("after") }, "nothing"),
  ofStores("the queue refuses", { EVENTS: always("before") }),
  ofStores("the queue loses its answers", { EVENTS: always("after") }),
  ofStores("D1 refuses", { DB: always("before") }),
  ofStores("D1 loses its answers", { DB: always("after") }),
  ofStores("D1 fails at times", { DB: atTimes("after") }),
  ofStores("the users' objects refuse", { USERS: always("before") }),
  ofStores("the users' objects lose their answers", { USERS: always("after") }),
  ofStores("the throttle refuses", { LOGIN_THROTTLES: always("before") }),
  ofStores(
    "everything fails at times",
    Object.fromEntries(STORES.map((store) => [store, atTimes("after")])),
  ),
  ofStores(
    "everything refuses",
    Object.fromEntries(STORES.map((store) => [store, always("before")])),
  ),
];

/** Another process has a transaction on the file, which lets nobody else write. */
const locked = (name: string, folder: string): Outage => ({
  name: `${name} locked`,
  fails: "stores",
  async begin({ state }) {
    const directory = join(state, folder);
    const files = readdirSync(directory).filter((file) => file.endsWith(".sqlite"));
    const locks = files.map((file) => new DatabaseSync(join(directory, file), { timeout: 5_000 }));
    for (const lock of locks) lock.exec("begin exclusive");
    return async () => {
      for (const lock of locks) {
        lock.exec("rollback");
        lock.close();
      }
    };
  },
});

export const LOCKS: readonly Outage[] = [
  locked("D1 and its audit trail are", "d1/miniflare-D1DatabaseObject"),
  locked("the users' objects are", "do/auth-service-UserObject"),
];
