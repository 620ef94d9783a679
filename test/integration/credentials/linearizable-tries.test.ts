import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { LoginThrottleObject } from "../../../src/persistence/durable/credentials/login-throttle-object.ts";
import { UndecidedTries } from "../../../src/persistence/durable/credentials/undecided-tries.ts";
import { explainAll, findUnexplained, PATIENCE } from "../../support/explored.ts";
import { loginNameHistories } from "../../support/login-name-histories.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Mistakes that somebody could make, each put into the real object. */
const PLANTED: Readonly<Record<string, () => void>> = {
  "a try that is counted after it was answered"() {
    const { reserve } = LoginThrottleObject.prototype;
    vi.spyOn(LoginThrottleObject.prototype, "reserve").mockImplementation(async function (
      this: LoginThrottleObject,
    ) {
      const attempt = await reserve.call(this);
      if (attempt.kind !== "allowed") return attempt;
      await this.release(attempt);
      void new Promise((later) => setTimeout(later)).then(() => reserve.call(this));
      return attempt;
    });
  },
  "a try taken back that stays counted"() {
    vi.spyOn(LoginThrottleObject.prototype, "release").mockResolvedValue();
  },
  "a refused try that is let through when those before it were wrong"() {
    vi.spyOn(UndecidedTries.prototype, "outcome").mockResolvedValue(false);
    const { reserve } = LoginThrottleObject.prototype;
    vi.spyOn(LoginThrottleObject.prototype, "reserve").mockImplementation(async function (
      this: LoginThrottleObject,
    ) {
      const attempt = await reserve.call(this);
      if (attempt.kind !== "delayed") return attempt;
      const reserved = { failures: 11, lastAt: Date.now() };
      return { kind: "allowed", before: { failures: 10, lastAt: attempt.lastAt }, reserved };
    });
  },
};

describe("MOD-01 RAT-01 what many tries at once hear from one login name's object", () => {
  it("is what it would say to one at a time", () => explainAll(loginNameHistories), PATIENCE);

  it.each(Object.entries(PLANTED))(
    "is told from %s",
    async (_, plant) => {
      plant();
      await findUnexplained(loginNameHistories);
    },
    PATIENCE,
  );
});
