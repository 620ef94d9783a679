import { beforeEach, describe, expect, it } from "vitest";
import type { Mails } from "../../src/use-cases/accounts/mail.ts";
import { DAY, HOUR, someId, someUserId } from "../support/samples.ts";

const CAPS = [
  { period: HOUR, limit: 2 },
  { period: DAY, limit: 3 },
];

export function mailsContract(make: () => Promise<Mails>): void {
  let mails: Mails;
  beforeEach(async () => {
    mails = await make();
  });

  const claim = (
    userId = someUserId(),
    id = someId(),
    now = 1_000 * DAY,
    until = now,
    inbox: string = `inbox of ${userId}`,
  ) => mails.claim({ id, userId, inbox, purpose: "reset_password", until }, now, CAPS);

  describe("Mails", () => {
    it("a message is claimed until it was sent, and never after", async () => {
      const [userId, id] = [someUserId(), someId()];
      expect(await claim(userId, id)).toBe("claimed");
      expect(await claim(userId, id)).toBe("claimed");
      await mails.markSent(id);
      expect(await claim(userId, id)).toBe("sent");
    });

    it("of many who claim one message at once one has it, until its claim ends", async () => {
      const [userId, id, now] = [someUserId(), someId(), 1_000 * DAY];
      const until = now + 30_000;
      const claims = await Promise.all(
        Array.from({ length: 10 }, () => claim(userId, id, now, until)),
      );
      expect(claims.sort()).toEqual([...Array(9).fill("busy"), "claimed"]);
      expect(await claim(userId, id, until - 1, until + 1)).toBe("busy");
      expect(await claim(userId, id, until, until + 30_000)).toBe("claimed");
    });

    it("a claim that was given back is free at once, unless another has it since", async () => {
      const [userId, id, now] = [someUserId(), someId(), 1_000 * DAY];
      const [first, second] = [now + 10, now + 20];
      await claim(userId, id, now, first);
      await mails.release(id, first);
      expect(await claim(userId, id, now, second)).toBe("claimed");
      await mails.release(id, first);
      expect(await claim(userId, id, now, second)).toBe("busy");
    });

    it("RAT-11 more than so many in a period are withheld, of that account alone", async () => {
      const userId = someUserId();
      const first = someId();
      const at = 1_000 * DAY;
      expect(await claim(userId, first, at)).toBe("claimed");
      expect(await claim(userId, someId(), at + 1)).toBe("claimed");
      expect(await claim(userId, someId(), at + 2)).toBe("withheld");
      expect(await claim(someUserId(), someId(), at + 2)).toBe("claimed");
      // One that was claimed counts once.
      expect(await claim(userId, first, at + 2)).toBe("claimed");
      expect(await claim(userId, someId(), at + 2 + HOUR)).toBe("claimed");
      expect(await claim(userId, someId(), at + 3 + HOUR)).toBe("withheld");
    });

    it("RAT-11 an inbox gets no more, from however many accounts", async () => {
      const [inbox, at] = ["one and the same", 1_000 * DAY];
      const from = (id = someId()) => claim(someUserId(), id, at, at, inbox);
      const dropped = someId();
      expect([await from(), await from(dropped), await from()]).toEqual([
        "claimed",
        "claimed",
        "withheld",
      ]);
      await mails.drop(dropped);
      expect(await from()).toBe("claimed");
    });

    it("RAT-11 what does not leave after all counts for whoever asked", async () => {
      const [userId, id] = [someUserId(), someId()];
      await claim(userId, id);
      await mails.drop(id);
      expect(await claim(userId, id)).toBe("sent");
      expect([await claim(userId), await claim(userId)]).toEqual(["claimed", "withheld"]);
    });

    it("RAT-11 a purpose may have a cap of its own", async () => {
      const [userId, at] = [someUserId(), 1_000 * DAY];
      const caps = [{ period: DAY, limit: 1, purpose: "already_registered" }] as const;
      const of = (purpose: "already_registered" | "reset_password") =>
        mails.claim({ id: someId(), userId, inbox: userId, purpose, until: at }, at, caps);
      expect([await of("reset_password"), await of("already_registered")]).toEqual([
        "claimed",
        "claimed",
      ]);
      expect(await of("already_registered")).toBe("withheld");
      expect(await of("reset_password")).toBe("claimed");
    });

    it("RAT-11 what no cap counts is never withheld", async () => {
      const [userId, at] = [someUserId(), 1_000 * DAY];
      for (let i = 0; i < 3; i++) await claim(userId, someId(), at);
      const notice = {
        id: someId(),
        userId,
        inbox: "",
        purpose: "password_changed",
        until: at,
      } as const;
      expect(await mails.claim(notice, at, [])).toBe("claimed");
    });

    it("RAT-11 of many at once so many are claimed", async () => {
      const userId = someUserId();
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(userId)));
      expect(claims.filter((claimed) => claimed === "claimed")).toHaveLength(2);
    });

    it("old ones are removed, so many at a time", async () => {
      const ids = [someId(), someId(), someId()];
      for (const [i, id] of ids.entries()) await claim(someUserId(), id, 1_000 + i);
      expect(await mails.removeBefore(1_002, 1)).toBe(1);
      expect(await mails.removeBefore(1_002, 10)).toBe(1);
      expect(await mails.removeBefore(1_002, 10)).toBe(0);
    });
  });
}
