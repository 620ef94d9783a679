/**
 * The service as it is, but for the clock in its users' objects: it goes ahead by 600 s at every
 * refresh, as for somebody whose client refreshes when its access token runs out. All of an
 * object's calls live in its own time; the Worker around it, whose isolate is never so idle, stays
 * in the present, and with it what it keeps for some seconds.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import service, { UserObject as Shipped } from "../../src/index.ts";

export { AuthRpc, LoginThrottleObject, ServiceAccountObject } from "../../src/index.ts";

const STEP = 600_000; // milliseconds

const ahead = new AsyncLocalStorage<number>();
const now = Date.now;
Date.now = () => now() + (ahead.getStore() ?? 0);

export class UserObject extends Shipped {
  #ahead = 0;

  override openSession(...call: Parameters<Shipped["openSession"]>) {
    return ahead.run(this.#ahead, () => super.openSession(...call));
  }

  override refresh(...call: Parameters<Shipped["refresh"]>) {
    this.#ahead += STEP;
    return ahead.run(this.#ahead, () => super.refresh(...call));
  }
}

export default service;
