import { describe, expect, it } from "vitest";
import { ANYONE, SYSTEM } from "../../../src/domain/access/actor.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import type { EventMail } from "../../../src/domain/events/event.ts";
import { answerMailRequest } from "../../../src/use-cases/accounts/answer-mail-request.ts";
import { createUser } from "../../../src/use-cases/accounts/create-user.ts";
import { purgeMails } from "../../../src/use-cases/accounts/purge-mails.ts";
import { removeUnverified } from "../../../src/use-cases/accounts/remove-unverified.ts";
import { requestEmailChange } from "../../../src/use-cases/accounts/request-email-change.ts";
import { requestMail } from "../../../src/use-cases/accounts/request-mail.ts";
import { resetPassword } from "../../../src/use-cases/accounts/reset-password.ts";
import { sendEventMail } from "../../../src/use-cases/accounts/send-event-mail.ts";
import { verifyEmail } from "../../../src/use-cases/accounts/verify-email.ts";
import { messageOf } from "../../../src/use-cases/events/message-of.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf, SINGLE_FAULTS } from "../../support/port-faults.ts";
import {
  DAY,
  HOUR,
  SECOND,
  someEmail,
  someEventId,
  someId,
  somePerson,
} from "../../support/samples.ts";

const NEXT = passwordOf("a turtle on roller skates");
type Service = ReturnType<typeof memoryService>;

const tokenOf = (link: string | null | undefined): string => link?.split("#token=")[1] ?? "";

/** Asks for mail and reads it. */
async function mailed(
  service: Service,
  email: Email,
  purpose: "reset_password" | "verify_email",
): Promise<string> {
  await requestMail(service.deps, ANYONE, email, purpose);
  await service.answered();
  return tokenOf(service.sent.at(-1)?.link);
}

const reset = (deps: Service["deps"], token: string, password = NEXT) =>
  resetPassword(deps, ANYONE, { token, password });

const verify = (deps: Service["deps"], token: string, password: typeof NEXT | null = null) =>
  verifyEmail(deps, ANYONE, { token, password });

const eventOf = ({ deps }: Service, userId: ReturnType<typeof deps.newUserId>, mail: EventMail) =>
  messageOf(
    {
      id: someEventId(),
      type: "user.registered",
      occurredAt: deps.clock(),
      seq: null,
      actor: { kind: "anyone", id: "anyone" },
      subject: { kind: "user", id: userId },
      context: { ip: null, userAgent: null, requestId: null },
      outcome: "success",
      reason: null,
      data: {},
      mail,
    },
    { kind: "record" },
  );

describe("ACC-06 a token", () => {
  it("works within its time, and not a moment longer", async () => {
    for (const [late, code] of [
      [HOUR - 1, "done"],
      [HOUR, "invalid_token"],
    ] as const) {
      const service = memoryService();
      const { email } = await service.register();
      const token = await mailed(service, email, "reset_password");
      service.advance(late);
      expect(codeOf(await reset(service.deps, token))).toBe(code);
    }
  });

  it("is for one thing", async () => {
    const service = memoryService();
    const { email } = await service.register();
    const toReset = await mailed(service, email, "reset_password");
    const toVerify = await mailed(service, email, "verify_email");
    expect(codeOf(await verify(service.deps, toReset))).toBe("invalid_token");
    expect(codeOf(await reset(service.deps, toVerify))).toBe("invalid_token");
    expect(codeOf(await verify(service.deps, toVerify, PASSWORD))).toBe("done");
  });

  it("is not spent by a weak password", async () => {
    const service = memoryService();
    const { email } = await service.register();
    const token = await mailed(service, email, "reset_password");
    const weak = await reset(service.deps, token, passwordOf("short"));
    expect(weak).toEqual(refusedBy({ code: "weak_password", weakness: "too_short" }));
    expect(codeOf(await reset(service.deps, token))).toBe("done");
  });
});

it("ACC-02 of fifty at once one is done, of a reset, a verification and another address", async () => {
  const service = memoryService();
  const user = await service.register();
  const moved = someEmail();
  const fifty = async (redeem: () => ReturnType<typeof verify | typeof reset>) => {
    const answers = await Promise.all(Array.from({ length: 50 }, redeem));
    const done = answers.filter(({ ok }) => ok);
    expect(done).toHaveLength(1);
  };
  const toVerify = await mailed(service, user.email, "verify_email");
  await fifty(() => verify(service.deps, toVerify));
  const toReset = await mailed(service, user.email, "reset_password");
  await fifty(() => reset(service.deps, toReset, PASSWORD));
  const asked = { password: PASSWORD, email: moved };
  unwrapped(await requestEmailChange(service.deps, somePerson(user.id), asked));
  await service.answered();
  const toMove = tokenOf(service.sent.at(-1)?.link);
  const owner = somePerson(user.id);
  await fifty(() => verifyEmail(service.deps, owner, { token: toMove, password: null }));
  expect((await service.deps.users.findById(user.id))?.user.email).toBe(moved);
});

describe("a redemption that a store breaks off", () => {
  it.each(FAULTS)("of a reset is said to be done only if it is: %s", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      const service = memoryService();
      const user = await service.register();
      const token = await mailed(service, user.email, "reset_password");
      const outcome = await outcomeOf(reset(service.through(faults), token));
      faults.end();
      const isSet = async () =>
        (await service.deps.users.findById(user.id))?.passwordHash ===
        (await service.deps.hasher.hash(NEXT));
      if (outcome !== "unavailable" && outcome.ok) expect(await isSet()).toBe(true);
      if (await isSet()) return;
      // What was left half done may have moved the version on: then another mail is asked for.
      if (!(await reset(service.deps, token)).ok) {
        const other = await mailed(service, user.email, "reset_password");
        expect(codeOf(await reset(service.deps, other))).toBe("done");
      }
      expect(await isSet()).toBe(true);
    });
    expect(broken).toContain("change");
  });

  it.each(FAULTS)("of a verification leaves no stranger's password: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const service = memoryService();
      const user = await service.register();
      const token = await mailed(service, user.email, "verify_email");
      const outcome = await outcomeOf(verify(service.through(faults), token));
      faults.end();
      await service.deps.accounts.catchUp(user.id);
      const { user: now, passwordHash } = (await service.deps.users.findById(user.id)) ?? {};
      expect(passwordHash === null).toBe(now?.emailVerified);
      if (outcome !== "unavailable") expect(outcome.ok).toBe(now?.emailVerified);
    });
  });
});

/** Begins when others had so many turns. */
async function later<T>(turns: number, work: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < turns; turn++) await null;
  return work();
}

/** A delivery that broke off may have left its claim behind. */
const CLAIM_TIME = 30 * SECOND;

/** Where it may have left and nobody noted it, it leaves again: the same text, by the same key. */
function expectOnce({ sent }: Service, key: string, struck: string | null): void {
  const [first, ...more] = sent;
  expect(first?.idempotencyKey).toBe(key);
  for (const one of more) expect(one).toEqual(first);
  expect(more.length).toBeLessThanOrEqual(struck === "send" || struck === "markSent" ? 1 : 0);
}

describe("a message", () => {
  it.each(SINGLE_FAULTS)(
    "leaves once, whatever breaks on its way and however often it comes: %s",
    async (kind) => {
      await atEveryCall(kind, async (faults) => {
        const service = memoryService();
        const { email } = await service.register();
        await requestMail(service.deps, ANYONE, email, "reset_password");
        const [request] = service.asked;
        if (request === undefined) throw new Error("nothing was asked for");
        await outcomeOf(answerMailRequest(service.through(faults), SYSTEM, request));
        faults.end();
        service.advance(CLAIM_TIME);
        for (let i = 0; i < 3; i++) await answerMailRequest(service.deps, SYSTEM, request);
        expectOnce(service, request.id, faults.struck);
        expect(service.sent[0]).toMatchObject({ to: email });
      });
    },
  );

  it.each(SINGLE_FAULTS)("of an event, too: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const service = memoryService();
      const user = await service.register();
      const message = eventOf(service, user.id, { purpose: "verify_email", to: null });
      await outcomeOf(sendEventMail(service.through(faults), SYSTEM, message));
      faults.end();
      service.advance(CLAIM_TIME);
      for (let i = 0; i < 3; i++) await sendEventMail(service.deps, SYSTEM, message);
      expectOnce(service, message.event.id, faults.struck);
    });
  });

  it("whose link would be over is not sent, nor one that makes no sense any more", async () => {
    const service = memoryService();
    const user = await service.register();
    const message = eventOf(service, user.id, { purpose: "verify_email", to: null });
    await requestMail(service.deps, ANYONE, user.email, "reset_password");
    service.advance(DAY);
    await service.answered();
    await sendEventMail(service.deps, SYSTEM, message);
    const invitation = eventOf(service, user.id, { purpose: "invitation", to: null });
    await sendEventMail(service.deps, SYSTEM, invitation); // it has a password by now
    await sendEventMail(
      service.deps,
      SYSTEM,
      eventOf(service, service.deps.newUserId(), { purpose: "password_changed", to: null }),
    );
    expect(service.sent).toEqual([]);
  });

  it("that something was changed leaves within a day, and later neither again nor at all", async () => {
    const service = memoryService();
    const user = await service.register();
    const message = eventOf(service, user.id, { purpose: "password_changed", to: null });
    const late = eventOf(service, user.id, { purpose: "password_changed", to: null });
    service.advance(DAY - 1);
    await sendEventMail(service.deps, SYSTEM, message);
    expect(service.sent).toHaveLength(1);
    service.advance(2 * DAY);
    await purgeMails(service.deps, SYSTEM);
    for (const one of [message, late]) await sendEventMail(service.deps, SYSTEM, one);
    expect(service.sent).toHaveLength(1);
  });

  it("RAT-11 is one of five in an hour and of twenty in a day, whatever it is about", async () => {
    const service = memoryService();
    const { email } = await service.register();
    const ask = async (times: number) => {
      for (let i = 0; i < times; i++) {
        await mailed(service, email, i % 2 === 0 ? "reset_password" : "verify_email");
      }
    };
    await ask(8);
    expect(service.sent).toHaveLength(5);
    expect(service.notices.map(({ event }) => event)).toContain("mail_withheld");
    for (let hour = 1; hour < 8; hour++) {
      service.advance(HOUR);
      await ask(8);
    }
    expect(service.sent).toHaveLength(20);
    service.advance(DAY);
    await ask(1);
    expect(service.sent).toHaveLength(21);
  });

  it("ACC-01 leads where the configuration says, and holds nothing of the request", async () => {
    const service = memoryService();
    const { email } = await service.register();
    const from = { ip: "192.0.2.1", userAgent: "evil.example", requestId: "evil" };
    await requestMail(service.deps, { ...ANYONE, from }, email, "reset_password");
    await service.answered();
    expect(service.sent[0]?.link).toMatch(
      /^https:\/\/app\.example\.com\/reset-password#token=mt1\./,
    );
    expect(JSON.stringify(service.sent)).not.toContain("evil");
  });
});

describe("private registration, once nobody waits for it", () => {
  const register = async (service: Service, email: Email) => {
    await service.deps.mailRequests.send({
      kind: "mail_request",
      id: service.deps.newMailId(),
      purpose: "register",
      requestedAt: service.deps.clock(),
      email,
      from: { ip: null, userAgent: null, requestId: null },
    });
  };

  it.each(FAULTS)("makes one account, however often it comes: %s", async (kind) => {
    await atEveryCall(kind, async (faults) => {
      const service = memoryService();
      const email = someEmail();
      await register(service, email);
      const [request] = service.asked;
      if (request === undefined) throw new Error("nothing was asked for");
      await outcomeOf(answerMailRequest(service.through(faults), SYSTEM, request));
      faults.end();
      for (let i = 0; i < 3; i++) await answerMailRequest(service.deps, SYSTEM, request);
      const wanted = { email: null, status: null, after: null, limit: 10 };
      expect(await service.deps.users.list(wanted)).toMatchObject([
        { email, emailVerified: false },
      ]);
      // Its event brings the mail: the request adds none.
      expect(service.sent).toEqual([]);
    });
  });

  it("tells the owner of a verified address, and sends the link again to one that is not", async () => {
    const service = memoryService();
    const [verified, waiting] = [await service.register(), await service.register()];
    const token = await mailed(service, verified.email, "verify_email");
    unwrapped(await verify(service.deps, token, PASSWORD));
    for (const { email } of [verified, waiting]) await register(service, email);
    await service.answered();
    expect(service.sent.slice(1).map(({ purpose, to }) => [purpose, to])).toEqual([
      ["already_registered", verified.email],
      ["verify_email", waiting.email],
    ]);
  });
});

it("ACC-08 a session of another account keeps nothing", async () => {
  const service = memoryService();
  const [user, other] = [await service.register(), await service.register()];
  for (const [actor, isKept] of [
    [somePerson(other.id), false],
    [somePerson(user.id), true],
  ] as const) {
    const { email, id } = isKept ? user : await service.register();
    const token = await mailed(service, email, "verify_email");
    unwrapped(await verifyEmail(service.deps, actor, { token, password: null }));
    const kept = (await service.deps.users.findById(id))?.passwordHash !== null;
    expect(kept).toBe(isKept);
  }
});

describe("accounts that nobody verified", () => {
  it("go after seven days, and say why", async () => {
    const service = memoryService();
    const [used, invited] = [await service.register(), await service.invite()];
    service.advance(7 * DAY - 1);
    expect(
      unwrapped(await removeUnverified({ ...service.deps, notCaughtUp: () => undefined }, SYSTEM)),
    ).toBe(0);
    service.advance(1);
    expect(
      unwrapped(await removeUnverified({ ...service.deps, notCaughtUp: () => undefined }, SYSTEM)),
    ).toBe(1);
    expect(await service.deps.users.findById(invited.id)).toBeNull();
    expect(await service.deps.users.findById(used.id)).not.toBeNull();
    expect(service.deps.accounts.events.at(-1)).toMatchObject({
      type: "user.deleted",
      reason: "never_verified",
      actor: { kind: "system" },
      subject: { id: invited.id },
    });
  });

  it("though more than a run removes refuse to go, which is told and counts for nothing", async () => {
    const service = memoryService();
    const stuck = new Set<string>();
    for (let i = 0; i < 50; i++) stuck.add((await service.invite()).id);
    service.advance(1);
    const invited = await service.invite();
    service.advance(7 * DAY);
    const told: string[] = [];
    const { accounts } = service.deps;
    const change: typeof accounts.change = async (id, command) =>
      stuck.has(id) ? { kind: "not_found" } : accounts.change(id, command);
    const deps = {
      ...service.deps,
      accounts: { ...accounts, change },
      notCaughtUp: (id: string) => void told.push(id),
    };
    expect(unwrapped(await removeUnverified(deps, SYSTEM))).toBe(0);
    expect(new Set(told)).toEqual(stuck);
    expect(unwrapped(await removeUnverified(deps, SYSTEM))).toBe(1);
    expect(await service.deps.users.findById(invited.id)).toBeNull();
    expect(unwrapped(await removeUnverified(deps, SYSTEM))).toBe(0);
    expect(told).toHaveLength(50);
    service.advance(DAY);
    await removeUnverified(deps, SYSTEM);
    expect(told).toHaveLength(100);
  });

  it("but for one that may be in use by then, also once verified addresses are asked for", async () => {
    const service = memoryService();
    const required = { ...service.deps, requireVerifiedEmail: true };
    const wanted = { email: someEmail(), name: null, password: PASSWORD, roles: [] };
    const { id } = unwrapped(await createUser(required, SYSTEM, wanted));
    service.advance(7 * DAY);
    const notCaughtUp = () => undefined;
    for (const deps of [service.deps, required]) {
      expect(unwrapped(await removeUnverified({ ...deps, notCaughtUp }, SYSTEM))).toBe(0);
      service.advance(DAY);
    }
    expect(await service.deps.users.findById(id)).not.toBeNull();
  });

  it("but for one that is verified after it was looked for", async () => {
    const service = memoryService();
    const invited = await service.invite();
    service.advance(7 * DAY);
    const token = await mailed(service, invited.email, "verify_email");
    const { users } = service.deps;
    const slow: typeof users = {
      ...users,
      async takeExpired(...args) {
        const found = await users.takeExpired(...args);
        unwrapped(await verify(service.deps, token));
        return found;
      },
    };
    const deps = { ...service.deps, users: slow, notCaughtUp: () => undefined };
    await removeUnverified(deps, SYSTEM);
    expect((await users.findById(invited.id))?.user.emailVerified).toBe(true);
  });

  it.each(FAULTS)("nor one that is verified while they go: %s", async (kind) => {
    const outcomes = new Set<string>();
    for (const turns of [0, 4, 8, 12, 16]) {
      await atEveryCall(kind, async (faults) => {
        const service = memoryService();
        const invited = await service.invite();
        service.advance(7 * DAY);
        const token = await mailed(service, invited.email, "verify_email");
        const deps = {
          ...service.through(faults),
          requireVerifiedEmail: true,
          notCaughtUp: () => undefined,
        };
        const [verified] = await Promise.all([
          outcomeOf(verify(service.deps, token)),
          outcomeOf(later(turns, () => removeUnverified(deps, SYSTEM))),
        ]);
        faults.end();
        const isThere = (await service.deps.users.findById(invited.id)) !== null;
        const isVerified = verified !== "unavailable" && verified.ok;
        if (isVerified) expect(isThere).toBe(true);
        outcomes.add(isVerified ? "verified" : isThere ? "neither" : "removed");
      });
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(["verified", "removed"]));
  });
});

it("ENU-03 asking for an address that somebody has counts like asking for one that is free", async () => {
  const leftAfterAsking = async (isTaken: boolean) => {
    const service = memoryService();
    const [user, other] = [await service.register(), await service.register()];
    for (let i = 0; i < 5; i++) {
      const email = isTaken ? other.email : someEmail();
      const asked = { password: PASSWORD, email };
      unwrapped(await requestEmailChange(service.deps, somePerson(user.id), asked));
    }
    await service.answered();
    unwrapped(await requestMail(service.deps, ANYONE, user.email, "reset_password"));
    await service.answered();
    unwrapped(await requestMail(service.deps, ANYONE, other.email, "reset_password"));
    await service.answered();
    const to = (email: Email) => service.sent.filter((mail) => mail.to === email).length;
    return { own: to(user.email), other: to(other.email) };
  };
  const free = await leftAfterAsking(false);
  expect(await leftAfterAsking(true)).toEqual(free);
  expect(free).toEqual({ own: 0, other: 1 });
});

it("a registration that comes again much later brings nobody back", async () => {
  const service = memoryService();
  const email = someEmail();
  const from = { ip: null, userAgent: null, requestId: null };
  const asked = { kind: "mail_request", purpose: "register", email, from } as const;
  const answer = (requestedAt: number) =>
    answerMailRequest(service.deps, SYSTEM, { ...asked, id: `mail_${someId()}`, requestedAt });
  await answer(service.deps.clock() - HOUR - 1);
  expect(await service.deps.users.findByEmail(email)).toBeNull();
  await answer(service.deps.clock() - HOUR);
  expect(await service.deps.users.findByEmail(email)).not.toBeNull();
});

describe("ACC-09 another address", () => {
  it("is mailed nothing once the account changed, or where somebody has it", async () => {
    const service = memoryService();
    const [user, other] = [await service.register(), await service.register()];
    const ask = (email: Email) =>
      requestEmailChange(service.deps, somePerson(user.id), { password: PASSWORD, email });
    unwrapped(await ask(other.email));
    unwrapped(await ask(user.email));
    await service.answered();
    unwrapped(await ask(someEmail()));
    const [request] = service.asked;
    await service.deps.accounts.change(user.id, {
      changeId: "another",
      change: { kind: "assign_role", role: "admin" },
      ifVersion: null,
      cause: { actor: SYSTEM, context: { ip: null, userAgent: null, requestId: null } },
    });
    await service.answered();
    expect(request?.purpose).toBe("confirm_new_email");
    expect(service.sent).toEqual([]);
  });

  it("is told to the old one, which stands in the event's message and not in the event", async () => {
    const service = memoryService();
    const user = await service.register();
    const email = someEmail();
    unwrapped(
      await requestEmailChange(service.deps, somePerson(user.id), { password: PASSWORD, email }),
    );
    await service.answered();
    const token = tokenOf(service.sent.at(-1)?.link);
    const owner = somePerson(user.id);
    unwrapped(await verifyEmail(service.deps, owner, { token, password: null }));
    const told = service.deps.accounts.events.at(-1);
    expect(told).toMatchObject({
      type: "user.email.changed",
      mail: { purpose: "email_changed", to: user.email },
    });
    if (told === undefined) throw new Error("nothing was told");
    const message = messageOf(told, { kind: "record" });
    expect(JSON.stringify(message.event)).not.toMatch(/@/);
    await sendEventMail(service.deps, SYSTEM, message);
    expect(service.sent.at(-1)).toMatchObject({
      purpose: "email_changed",
      to: user.email,
      link: null,
    });
  });
});
