import { beforeEach, describe, expect, it } from "vitest";
import type { Email } from "../../src/domain/accounts/email.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { DeadLetters } from "../../src/use-cases/events/ports.ts";
import { CONTEXT, someAct, someMessage } from "../support/event-samples.ts";

export type DeadLettersHarness = {
  readonly letters: DeadLetters;
  /** Somebody who is there. */
  readonly somebody: () => Promise<UserId>;
  /** The messages that are kept, by id. */
  readonly kept: () => Promise<Record<string, unknown>>;
};

const KEEPER = { kind: "record" } as const;
const MAIL = { purpose: "email_changed", to: "canary@example.com" as Email } as const;

/** @param make gives one that is empty */
export function deadLettersContract(make: () => Promise<DeadLettersHarness>): void {
  describe("DeadLetters", () => {
    let on: DeadLettersHarness;
    beforeEach(async () => {
      on = await make();
    });

    const keep = (id: string, message: unknown, diedAt = 1_000) =>
      on.letters.keep(id, message, "x", diedAt);
    const ids = async () => Object.keys(await on.kept()).sort();

    it("keeps a message whole, the first under an id", async () => {
      const event = someAct(await on.somebody());
      const message = { event, keeper: KEEPER, mail: MAIL };
      await keep("a", message);
      await keep("a", someMessage());
      await keep("b", "no event");
      expect(await on.kept()).toEqual({ a: message, b: "no event" });
    });

    it("removes those that are named, and no others", async () => {
      for (const id of ["a", "b", "c"]) await keep(id, someMessage());
      await on.letters.remove(["a", "c", "nobody"]);
      expect(await ids()).toEqual(["b"]);
    });

    it("forgets requests for mail that died before a time, so many at once, and nothing else", async () => {
      const request = { kind: "mail_request", id: "mail_1" };
      for (const at of [1, 2, 3, 4]) await keep(`request ${at}`, request, at);
      await keep("event", someMessage(), 1);
      await keep("nonsense", "mail_request", 1);
      await on.letters.forgetRequests(4, 2);
      expect(await ids()).toHaveLength(4);
      await on.letters.forgetRequests(4, 2);
      expect(await ids()).toEqual(["event", "nonsense", "request 4"]);
    });

    it("takes the mail out of what died before a time, so many at once, and leaves the rest", async () => {
      const message = someMessage({ subject: { kind: "role", id: "editor" } });
      for (const at of [1, 2, 3, 4]) await keep(`${at}`, { ...message, mail: MAIL }, at);
      await keep("nonsense", "mail", 1);
      const left = async () => {
        const kept = Object.entries(await on.kept());
        return kept.filter(([, one]) => JSON.stringify(one).includes(MAIL.to)).map(([id]) => id);
      };
      await on.letters.dropMail(4, 2);
      expect(await left()).toHaveLength(2);
      await on.letters.dropMail(4, 2);
      expect(await left()).toEqual(["4"]);
      expect(await on.kept()).toMatchObject({ "1": message, "2": message, nonsense: "mail" });
      expect((await on.kept())["1"]).toEqual(message);
    });

    it("removes what died before a time, so many at once", async () => {
      for (const at of [1, 2, 3, 4]) await keep(`${at}`, someMessage(), at);
      await on.letters.removeBefore(4, 2);
      expect(await ids()).toHaveLength(2);
      await on.letters.removeBefore(4, 2);
      expect(await ids()).toEqual(["4"]);
    });

    it("takes out where somebody was, and the mail beside what was done to them", async () => {
      const [gone, other] = [await on.somebody(), await on.somebody()];
      const [own, foreign] = [someAct(gone), someAct(other)];
      await keep("own", { event: own, keeper: KEEPER, mail: MAIL });
      await keep("foreign", { event: foreign, keeper: KEEPER, mail: MAIL });
      expect(await on.letters.erase([gone], 10)).toBe(1);
      expect(await on.letters.erase([gone], 10)).toBe(0);
      const kept = await on.kept();
      const context = { ip: null, userAgent: null, requestId: null };
      expect(kept["own"]).toEqual({ event: { ...own, context }, keeper: KEEPER });
      expect(kept["foreign"]).toMatchObject({ event: { context: CONTEXT }, mail: MAIL });
    });
  });
}
