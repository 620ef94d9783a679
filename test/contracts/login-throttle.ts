import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Email } from "../../src/domain/accounts/email.ts";
import { CODE_LIFETIME, MAX_CODE_TRIES } from "../../src/domain/credentials/code-flow.ts";
import { FREE_TRIES, HARD_LIMIT } from "../../src/domain/credentials/throttle.ts";
import type { Attempt, LoginThrottle, TriedFlow } from "../../src/use-cases/credentials/ports.ts";
import { CAUSE, DAY, HOUR, SECOND, someEmail, someId } from "../support/samples.ts";

/** The harness moves the clock through Date, which fakes and objects alike look at. */
const advance = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** Of a name without an account, which nothing is told of. */
const A_TRY = { failures: 2, userId: null, cause: CAUSE };

export function loginThrottleContract(make: () => Promise<LoginThrottle>): void {
  let throttle: LoginThrottle;
  let name: Email;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    throttle = await make();
    name = someEmail();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const reserveAllowed = async (): Promise<Extract<Attempt, { kind: "allowed" }>> => {
    const attempt = await throttle.reserve(name);
    if (attempt.kind !== "allowed") throw new Error(`the try was ${attempt.kind}`);
    return attempt;
  };
  const fail = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await reserveAllowed();
      await throttle.fail(name, A_TRY);
    }
  };
  /** A try as it is made: counted, judged, and told. */
  const tryWith = async (isRight: boolean, setAt?: number): Promise<Attempt["kind"]> => {
    const { kind } = await throttle.reserve(name, setAt);
    if (kind === "allowed") await (isRight ? throttle.clear(name) : throttle.fail(name, A_TRY));
    return kind;
  };
  const inParallel = (outcomes: readonly boolean[], setAt?: number) =>
    Promise.all(outcomes.map((isRight) => tryWith(isRight, setAt)));
  const failures = async () => {
    const attempt = await reserveAllowed();
    await throttle.release(name, attempt);
    return attempt.reserved.failures - 1;
  };

  describe("LoginThrottle", () => {
    it("lets a few tries go free, then makes the next one wait twice as long each time", async () => {
      await fail(FREE_TRIES);
      const delays: number[] = [];
      for (let i = 0; i < 4; i++) {
        const refused = await throttle.reserve(name);
        if (refused.kind !== "delayed") throw new Error(`the try was ${refused.kind}`);
        delays.push(refused.retryAfter);
        advance(refused.retryAfter);
        await fail(1);
      }
      expect(delays).toEqual([SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]);
    });

    it("refused tries neither count nor lengthen the wait", async () => {
      await fail(FREE_TRIES);
      for (let i = 0; i < 5; i++) await throttle.reserve(name);
      expect(await throttle.reserve(name)).toMatchObject({ kind: "delayed", retryAfter: SECOND });
      advance(SECOND);
      expect((await reserveAllowed()).before?.failures).toBe(FREE_TRIES);
    });

    it("RAT-01 allows as many of twenty at once as are free", async () => {
      const kinds = await inParallel(Array.from({ length: 20 }, () => false));
      expect(kinds.filter((kind) => kind === "allowed")).toHaveLength(FREE_TRIES);
      expect(kinds.filter((kind) => kind === "delayed")).toHaveLength(20 - FREE_TRIES);
    });

    it("lets all of thirty right ones at once through", async () => {
      const kinds = await inParallel(Array.from({ length: 30 }, () => true));
      expect(new Set(kinds)).toEqual(new Set(["allowed"]));
      expect(await failures()).toBe(0);
    });

    it("a right one among wrong ones lets on those that wait, which are counted anew", async () => {
      const kinds = await inParallel(Array.from({ length: 30 }, (_, i) => i === 5));
      // The ten at first, of which one was right, and ten of those that waited for it.
      expect(kinds.filter((kind) => kind === "allowed")).toHaveLength(2 * FREE_TRIES);
    });

    it("RAT-01 those that wait learn nothing but that they must, when all before were wrong", async () => {
      await fail(FREE_TRIES - 1);
      const [last, waiting] = [await reserveAllowed(), throttle.reserve(name)];
      await throttle.fail(name, A_TRY);
      expect(await waiting).toMatchObject({ kind: "delayed", retryAfter: SECOND });
      expect(last.reserved.failures).toBe(FREE_TRIES);
    });

    it("RAT-05 a try that is given back was never counted", async () => {
      await fail(FREE_TRIES - 1);
      const attempt = await reserveAllowed();
      const waiting = throttle.reserve(name);
      await throttle.release(name, attempt);
      expect((await waiting).kind).toBe("delayed");
      expect((await reserveAllowed()).before).toEqual(attempt.before);
    });

    it("RAT-05 twenty tries at once that are all given back leave the count as it was", async () => {
      await fail(2);
      const broken = async () => {
        const attempt = await throttle.reserve(name);
        if (attempt.kind === "allowed") await throttle.release(name, attempt);
      };
      await Promise.all(Array.from({ length: 20 }, broken));
      expect(await failures()).toBe(2);
    });

    it("giving back what was cleared meanwhile changes nothing", async () => {
      const attempt = await reserveAllowed();
      await throttle.clear(name);
      await throttle.release(name, attempt);
      expect(await failures()).toBe(0);
    });

    it("forgets everything when it is cleared, also twice", async () => {
      await fail(FREE_TRIES);
      await throttle.clear(name);
      await throttle.clear(name);
      expect((await reserveAllowed()).before).toBeNull();
    });

    it("forgets everything after a quiet day, and not before", async () => {
      await fail(3);
      advance(DAY - 1);
      expect(await failures()).toBe(3);
      advance(1);
      expect(await failures()).toBe(0);
    });

    const lock = async () => {
      for (let i = 0; i < HARD_LIMIT; i++) {
        advance(HOUR);
        await fail(1);
      }
      return Date.now();
    };

    it("RAT-07 stays shut after a hundred in a row until it is cleared", async () => {
      const lastAt = await lock();
      advance(30 * DAY - 1);
      expect(await throttle.reserve(name)).toEqual({ kind: "locked", retryAfter: HOUR, lastAt });
      await throttle.clear(name);
      expect((await reserveAllowed()).before).toBeNull();
    });

    it("RAT-06 a lock is forgotten after thirty quiet days", async () => {
      await lock();
      advance(30 * DAY);
      expect((await reserveAllowed()).reserved.failures).toBe(1);
    });

    it("RAT-06 failures from before the credential was set are forgotten, for good", async () => {
      const lastAt = await lock();
      advance(SECOND);
      expect((await throttle.reserve(name, lastAt)).kind).toBe("locked");
      const kinds = await inParallel(
        Array.from({ length: 20 }, () => false),
        lastAt + 1,
      );
      expect(kinds.filter((kind) => kind === "allowed")).toHaveLength(FREE_TRIES);
      expect((await throttle.reserve(name)).kind).toBe("delayed");
    });

    it("CFW-15 a clock that jumps back makes no wait longer than its delay", async () => {
      await fail(FREE_TRIES);
      advance(-DAY);
      advance(SECOND);
      expect((await reserveAllowed()).reserved.failures).toBe(FREE_TRIES + 1);
    });

    const flow = (id = someId()) => ({ id, endsAt: Date.now() + CODE_LIFETIME });
    const failCode = async (tried: TriedFlow) => {
      const { kind } = await throttle.reserveCode(name, tried);
      if (kind === "allowed") await throttle.fail(name, A_TRY);
      return kind;
    };

    it("RAT-08 tries at a code count with all others for the name", async () => {
      await fail(FREE_TRIES - 2);
      expect([await failCode(flow()), await failCode(flow())]).toEqual(["allowed", "allowed"]);
      expect(await failCode(flow())).toBe("delayed");
      expect((await throttle.reserve(name)).kind).toBe("delayed");
    });

    it("RAT-01 of a hundred tries at once at a code five are let through", async () => {
      const tried = flow();
      const kinds = await Promise.all(Array.from({ length: 100 }, () => failCode(tried)));
      expect(kinds.filter((kind) => kind === "allowed")).toHaveLength(MAX_CODE_TRIES);
      expect(await failures()).toBe(MAX_CODE_TRIES);
    });

    it("a code is right once, also of many at once, and clears the count", async () => {
      await fail(3);
      const tried = flow();
      for (let i = 0; i < 3; i++) await throttle.reserveCode(name, tried);
      const firsts = await Promise.all(
        Array.from({ length: 3 }, () => throttle.spendCode(name, tried.id)),
      );
      expect(firsts.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await failures()).toBe(0);
      expect(await throttle.reserveCode(name, tried)).toEqual({ kind: "over" });
      await throttle.clear(name);
      expect(await throttle.reserveCode(name, tried)).toEqual({ kind: "over" });
      expect(await throttle.spendCode(name, tried.id)).toBe(false);
    });

    it("a code is no more after its time, nor one that was never tried", async () => {
      const tried = flow();
      await failCode(tried);
      expect(await throttle.spendCode(name, someId())).toBe(false);
      advance(CODE_LIFETIME);
      expect(await throttle.reserveCode(name, tried)).toEqual({ kind: "over" });
      expect(await throttle.spendCode(name, tried.id)).toBe(false);
    });

    it("keeps each name's count for itself", async () => {
      await fail(FREE_TRIES);
      expect(await throttle.reserve(someEmail())).toMatchObject({ kind: "allowed", before: null });
    });
  });
}
