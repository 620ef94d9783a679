import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { authenticateUser } from "../../../src/use-cases/sessions/sign-in.ts";
import { codeOf } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { someEmail } from "../../support/samples.ts";

const WRONG = passwordOf("not the right password");
type Deps = ReturnType<typeof memoryService>["deps"];

const attempt = async (deps: Deps, email = someEmail(), password = PASSWORD) =>
  codeOf(await authenticateUser(deps, ANYONE, { email, password, deviceToken: null }));

describe("what an operator is told of a password that was tried", () => {
  it("is that a right one could not clear the count", async () => {
    const { deps, register, notices } = memoryService();
    const { email } = await register();
    const clear = () => Promise.reject(new Unavailable("throttle"));
    const stuck = { ...deps, throttle: { ...deps.throttle, clear } };
    expect(await attempt(stuck, email)).toBe("done");
    expect(notices).toEqual([{ event: "login_throttle_not_cleared", actor: ANYONE }]);
  });

  it("is that its hash cannot be read, and nothing of one that is wrong", async () => {
    const { deps, register, notices } = memoryService();
    const { email, id } = await register();
    expect(await attempt(deps, email, WRONG)).toBe("invalid_credentials");
    expect(notices).toEqual([]);
    const verify = async () => "unreadable" as const;
    const unreadable = { ...deps, hasher: { ...deps.hasher, verify } };
    expect(await attempt(unreadable, email)).toBe("invalid_credentials");
    expect(notices).toEqual([{ event: "password_hash_refused", actor: ANYONE, userId: id }]);
  });
});

describe("RAT-06 failures from before the password was set", () => {
  /** A name, tries at it until the next has to wait, and how often the throttle is asked. */
  function named() {
    const service = memoryService();
    const email = someEmail();
    const register = () => service.register({ email });
    const fail = async () => {
      for (let i = 0; i < FREE_TRIES; i++) await attempt(service.deps, email, WRONG);
    };
    let asked = 0;
    const reserve: Deps["throttle"]["reserve"] = (...args) => {
      asked += 1;
      return service.deps.throttle.reserve(...args);
    };
    const deps = { ...service.deps, throttle: { ...service.deps.throttle, reserve } };
    return { service, register, fail, signIn: () => attempt(deps, email), asked: () => asked };
  }

  it("do not count", async () => {
    const { service, register, fail, signIn } = named();
    await fail();
    service.advance(1);
    await register();
    expect(await signIn()).toBe("done");
  });

  it("are asked for once more alone; those from since, or of that moment, refuse at once", async () => {
    for (const wait of [0, 1]) {
      const { service, register, fail, signIn, asked } = named();
      await register();
      service.advance(wait);
      await fail();
      expect(await signIn()).toBe("throttled");
      expect(asked()).toBe(1);
    }
  });
});
