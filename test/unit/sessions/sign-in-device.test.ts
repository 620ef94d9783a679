import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import { authenticateUser } from "../../../src/use-cases/sessions/sign-in.ts";
import { codeOf } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { SECOND, someEmail } from "../../support/samples.ts";

const WRONG = passwordOf("not the right password");

/** An account, a token that one of its devices was given, and tries with and without it. */
async function known() {
  const service = memoryService();
  const { email } = await service.register();
  const { refreshToken: own } = await service.signIn(email);
  const attempt = (deviceToken: string | null, password = PASSWORD, name = email) =>
    authenticateUser(service.deps, ANYONE, { email: name, password, deviceToken });
  const failures = (name = email) => service.deps.throttle.failures(name);
  return { service, own, attempt, failures };
}

/** Milliseconds, after so many tries beyond the free ones. */
const waitAfter = (beyond: number): number => SECOND * 2 ** beyond;

describe("RAT-06 a token that the account once gave to the device", () => {
  it("keeps strangers' tries from shutting it out", async () => {
    const { own, attempt } = await known();
    for (let i = 0; i < FREE_TRIES; i++) await attempt(null, WRONG);
    expect(codeOf(await attempt(null))).toBe("throttled");
    expect(codeOf(await attempt(own))).toBe("done");
  });

  it("has tries of its own, which do not count for the name", async () => {
    const { own, attempt, failures } = await known();
    expect(codeOf(await attempt(own, WRONG))).toBe("invalid_credentials");
    expect(failures()).toBe(0);
  });

  it("is of no use at another account, where its tries count as everybody's", async () => {
    const { service, own, attempt, failures } = await known();
    const other = await service.register();
    expect(codeOf(await attempt(own, WRONG, other.email))).toBe("invalid_credentials");
    expect(failures(other.email)).toBe(1);
    for (let i = 1; i < FREE_TRIES; i++) await attempt(null, WRONG, other.email);
    expect(codeOf(await attempt(own, PASSWORD, other.email))).toBe("throttled");
  });

  it("is of no use at a name that nobody has", async () => {
    const { own, attempt, failures } = await known();
    const nobody = someEmail();
    expect(codeOf(await attempt(own, WRONG, nobody))).toBe("invalid_credentials");
    expect(failures(nobody)).toBe(1);
  });

  it("that a thief used up makes signing in no harder than no token", async () => {
    const { own, attempt } = await known();
    for (let i = 0; i < FREE_TRIES; i++) await attempt(own, WRONG);
    expect(codeOf(await attempt(own))).toBe("done");
  });

  it.each([
    { device: 1, name: 0 },
    { device: 0, name: 1 },
  ])(
    "waits for the sooner of the two: $device tries more with it, $name without",
    async ({ device, name }) => {
      const { service, own, attempt } = await known();
      const fail = async (token: string | null, beyond: number) => {
        for (let i = 0; i < FREE_TRIES; i++) await attempt(token, WRONG);
        if (beyond > 0) {
          service.advance(waitAfter(0));
          await attempt(token, WRONG);
        }
      };
      // The longer first: the shorter's time must not run out meanwhile.
      if (device > name) {
        await fail(own, device);
        await fail(null, name);
      } else {
        await fail(null, name);
        await fail(own, device);
      }
      const refused = await attempt(own);
      expect(refused).toEqual({
        ok: false,
        error: { code: "throttled", retryAfter: waitAfter(0) },
      });
    },
  );
});
