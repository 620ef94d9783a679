import { describe, expect, it } from "vitest";
import { type Actor, ANYONE, SYSTEM } from "../../../src/domain/access/actor.ts";
import type { User } from "../../../src/domain/accounts/user.ts";
import { CODE_LIFETIME } from "../../../src/domain/credentials/code-flow.ts";
import type { EventMail } from "../../../src/domain/events/event.ts";
import { parseUserId, type UserId } from "../../../src/domain/ids.ts";
import { answerMailRequest } from "../../../src/use-cases/accounts/answer-mail-request.ts";
import { forgetDeadRequests } from "../../../src/use-cases/accounts/forget-dead-requests.ts";
import { mailTokenFor } from "../../../src/use-cases/accounts/mail-tokens.ts";
import { purgeMails } from "../../../src/use-cases/accounts/purge-mails.ts";
import { registerUser } from "../../../src/use-cases/accounts/register-user.ts";
import { requestEmailChange } from "../../../src/use-cases/accounts/request-email-change.ts";
import { requestMail } from "../../../src/use-cases/accounts/request-mail.ts";
import { requestSignInCode } from "../../../src/use-cases/accounts/request-sign-in-code.ts";
import { resetPassword } from "../../../src/use-cases/accounts/reset-password.ts";
import { sendEventMail } from "../../../src/use-cases/accounts/send-event-mail.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { verifyEmail } from "../../../src/use-cases/accounts/verify-email.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { someEvent } from "../../support/event-samples.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { outcomeOf } from "../../support/port-faults.ts";
import { DAY, SECOND, someActor, someEmail, somePerson } from "../../support/samples.ts";

const ADMIN = someActor("*");
type Service = ReturnType<typeof memoryService>;

const purposes = ({ sent }: Service) => sent.map(({ purpose }) => purpose);
const userNow = async ({ deps }: Service, id: UserId): Promise<User> => {
  const found = await deps.users.findById(id);
  if (found === null) throw new Error("the user is gone");
  return found.user;
};
const tokenFor = async (service: Service, id: UserId, purpose: "verify" | "reset") =>
  service.deps.mailTokens.format(
    mailTokenFor(await userNow(service, id), purpose, service.deps.clock()),
  );
const verified = async (service: Service) => {
  const user = await service.register();
  const token = await tokenFor(service, user.id, "verify");
  unwrapped(await verifyEmail(service.deps, ANYONE, { token, password: PASSWORD }));
  return user;
};

describe("a request for mail", () => {
  it("to choose a password is answered to whoever may sign in, to verify an address while it is not", async () => {
    const service = memoryService();
    const user = await verified(service);
    const ask = async (purpose: "reset_password" | "verify_email") => {
      await requestMail(service.deps, ANYONE, user.email, purpose);
      await service.answered();
    };
    await ask("verify_email");
    expect(purposes(service)).toEqual([]);
    await ask("reset_password");
    expect(purposes(service)).toEqual(["reset_password"]);
    unwrapped(await updateUser(service.deps, ADMIN, user.id, { status: "disabled" }));
    await ask("reset_password");
    expect(purposes(service)).toEqual(["reset_password"]);
  });

  it("for a code is answered while the code works, and where its secret is known", async () => {
    for (const [late, count] of [
      [CODE_LIFETIME - 1, 1],
      [CODE_LIFETIME, 0],
    ] as const) {
      const service = memoryService();
      const user = await verified(service);
      unwrapped(await requestSignInCode(service.deps, ANYONE, user.email));
      service.advance(late);
      await service.answered();
      expect(service.sent).toHaveLength(count);
    }
    const service = memoryService();
    const user = await verified(service);
    unwrapped(await requestSignInCode(service.deps, ANYONE, user.email));
    const emailCodes = { ...service.deps.emailCodes, codeFor: () => null };
    await service.answered({ ...service.deps, emailCodes });
    expect(service.sent).toEqual([]);
  });

  it("to move to another address is answered while its link works", async () => {
    for (const [late, count] of [
      [DAY - 1, 1],
      [DAY, 0],
    ] as const) {
      const service = memoryService();
      const user = await verified(service);
      const wanted = { password: PASSWORD, email: someEmail() };
      unwrapped(await requestEmailChange(service.deps, somePerson(user.id), wanted));
      service.advance(late);
      await service.answered();
      expect(service.sent).toHaveLength(count);
    }
  });

  it("to register makes an account whose id is the request's, and is tried again where that is taken", async () => {
    const service = memoryService();
    const email = someEmail();
    const deps = { ...service.deps, isPrivate: true };
    unwrapped(await registerUser(deps, ANYONE, { email, password: PASSWORD, name: null }));
    const [request] = service.asked;
    if (request === undefined) throw new Error("nothing was asked for");
    const create = async () => "email_taken" as const;
    const taken = { ...service.deps, users: { ...service.deps.users, create } };
    expect(await outcomeOf(answerMailRequest(taken, SYSTEM, request))).toBe("unavailable");
    await service.answered();
    const made = await service.deps.users.findByEmail(email);
    expect(made?.user.id).toBe(`usr_${request.id.slice("mail_".length)}`);
    expect(parseUserId(made?.user.id).ok).toBe(true);
  });

  it("has a page of its own for each thing that a link does", async () => {
    const service = memoryService();
    const user = await service.register();
    await requestMail(service.deps, ANYONE, user.email, "verify_email");
    await requestMail(service.deps, ANYONE, user.email, "reset_password");
    await service.answered();
    const wanted = { password: PASSWORD, email: someEmail() };
    unwrapped(await requestEmailChange(service.deps, somePerson(user.id), wanted));
    await service.answered();
    const invited = await service.invite();
    await sendEventMail(service.deps, SYSTEM, about(invited.id, "invitation", service));
    const pages = service.sent.map(({ link }) => link?.split("#")[0]);
    expect(pages).toEqual(
      ["verify-email", "reset-password", "confirm-email", "accept-invitation"].map(
        (page) => `https://app.example.com/${page}`,
      ),
    );
  });
});

/** An event of this user with a message, of now. */
const about = (
  id: UserId,
  purpose: EventMail["purpose"],
  { deps }: Service,
  to = null as EventMail["to"],
) => ({
  event: someEvent({ subject: { kind: "user", id }, occurredAt: deps.clock() }),
  keeper: { kind: "record" } as const,
  mail: { purpose, to },
});

describe("the message of an event", () => {
  const send = async (
    service: Service,
    ...[id, purpose, to]: [UserId, EventMail["purpose"], EventMail["to"]?]
  ) => {
    await sendEventMail(service.deps, SYSTEM, about(id, purpose, service, to ?? null));
    return purposes(service);
  };

  it("that asks to verify an address leaves while nobody did", async () => {
    const service = memoryService();
    const [user, other] = [await verified(service), await service.register()];
    expect(await send(service, user.id, "verify_email")).toEqual([]);
    expect(await send(service, other.id, "verify_email")).toEqual(["verify_email"]);
  });

  it("that invites leaves while the account is active and nobody chose a password for it", async () => {
    const service = memoryService();
    const user = await service.register();
    const [invited, disabled] = [await service.invite(), await service.invite()];
    unwrapped(await updateUser(service.deps, ADMIN, disabled.id, { status: "disabled" }));
    expect(await send(service, user.id, "invitation")).toEqual([]);
    expect(await send(service, disabled.id, "invitation")).toEqual([]);
    expect(await send(service, invited.id, "invitation")).toEqual(["invitation"]);
  });

  it("that an address was taken over leaves also when the account is gone; no other does", async () => {
    const service = memoryService();
    const gone = service.deps.newUserId();
    const old = someEmail();
    for (const purpose of ["password_changed", "verify_email", "invitation"] as const) {
      expect(await send(service, gone, purpose, old)).toEqual([]);
    }
    expect(await send(service, gone, "email_changed")).toEqual([]);
    expect(await send(service, gone, "email_changed", old)).toEqual(["email_changed"]);
    expect(service.sent.at(-1)?.to).toBe(old);
  });

  it("that something was changed is no news from a day on", async () => {
    const service = memoryService();
    const user = await service.register();
    const [early, late] = [0, 1].map(() => about(user.id, "password_changed", service));
    if (early === undefined || late === undefined) throw new Error("no message");
    service.advance(DAY - 1);
    await sendEventMail(service.deps, SYSTEM, early);
    service.advance(1);
    await sendEventMail(service.deps, SYSTEM, late);
    expect(purposes(service)).toEqual(["password_changed"]);
  });
});

describe("RAT-11 what is sent to one account", () => {
  it("is capped, and said to be so; but what was changed is told however much was sent", async () => {
    const service = memoryService();
    const user = await service.register();
    for (let i = 0; i < 6; i++) await requestMail(service.deps, ANYONE, user.email, "verify_email");
    await service.answered();
    expect(service.sent).toHaveLength(5);
    expect(service.notices).toEqual([{ event: "mail_withheld", actor: SYSTEM, userId: user.id }]);
    for (const purpose of ["password_changed", "email_changed"] as const) {
      await sendEventMail(service.deps, SYSTEM, about(user.id, purpose, service));
    }
    expect(service.sent).toHaveLength(7);
    expect(service.notices).toHaveLength(1);
  });

  it("is tried by one at a time: another waits until that one gave up, or half a minute", async () => {
    const service = memoryService();
    const user = await service.register();
    const message = about(user.id, "password_changed", service);
    const stuck = Promise.withResolvers<"sent">();
    const silent = { ...service.deps, mailSender: { send: () => stuck.promise } };
    const first = sendEventMail(silent, SYSTEM, message);
    const again = () => outcomeOf(sendEventMail(service.deps, SYSTEM, message));
    expect(await again()).toBe("unavailable");
    service.advance(30 * SECOND - 1);
    expect(await again()).toBe("unavailable");
    service.advance(1);
    expect(await again()).toMatchObject({ ok: true });
    expect(service.sent).toHaveLength(1);
    stuck.resolve("sent");
    await first;
    expect(service.notices).toEqual([]);
  });
});

it("messages and requests that came to nothing are remembered for a day", async () => {
  const asked: number[] = [];
  const remember = async (before: number) => {
    asked.push(before);
    return 0;
  };
  const clock = () => 10 * DAY;
  await purgeMails({ mails: { removeBefore: remember }, clock }, SYSTEM);
  const forgetRequests = async (before: number) => void asked.push(before);
  await forgetDeadRequests({ deadLetters: { forgetRequests }, clock }, SYSTEM);
  expect(asked).toEqual([9 * DAY, 9 * DAY]);
});

describe("whoever redeems a link", () => {
  const redeem = (
    service: Service,
    actor: Actor,
    token: string,
    password: typeof PASSWORD | null = null,
  ) => verifyEmail(service.deps, actor, { token, password });

  it("keeps the password by showing it or in a session of the account, and needs no other then", async () => {
    const shown = memoryService();
    const one = await shown.register();
    const byPassword = await redeem(
      shown,
      ANYONE,
      await tokenFor(shown, one.id, "verify"),
      PASSWORD,
    );
    expect(unwrapped(byPassword)).toEqual({ resetToken: null });
    const inside = memoryService();
    const two = await inside.register();
    const token = await tokenFor(inside, two.id, "verify");
    expect(unwrapped(await redeem(inside, somePerson(two.id), token))).toEqual({
      resetToken: null,
    });
    for (const [service, { email }] of [
      [shown, one],
      [inside, two],
    ] as const) {
      expect((await service.signIn(email)).accessToken).not.toBe("");
    }
  });

  it("ACC-08 is given a token to choose one where there is none to keep", async () => {
    const service = memoryService();
    const stranger = await service.register();
    const voided = unwrapped(
      await redeem(service, ANYONE, await tokenFor(service, stranger.id, "verify")),
    );
    expect(voided.resetToken).not.toBeNull();
    const invited = await service.invite();
    const token = await tokenFor(service, invited.id, "verify");
    const inside = unwrapped(await redeem(service, somePerson(invited.id), token));
    const password = passwordOf("a turtle on roller skates");
    const reset = { token: inside.resetToken ?? "", password };
    expect(codeOf(await resetPassword(service.deps, ANYONE, reset))).toBe("done");
  });

  it("ACC-09 moves an account to another address only as its owner; the link stays good", async () => {
    const service = memoryService();
    const user = await verified(service);
    const wanted = { password: PASSWORD, email: someEmail() };
    unwrapped(await requestEmailChange(service.deps, somePerson(user.id), wanted));
    await service.answered();
    const token = service.sent.at(-1)?.link?.split("#token=")[1] ?? "";
    const stranger = await service.register();
    for (const actor of [ANYONE, somePerson(stranger.id)]) {
      expect(codeOf(await redeem(service, actor, token))).toBe("invalid_credentials");
    }
    expect(unwrapped(await redeem(service, somePerson(user.id), token))).toEqual({
      resetToken: null,
    });
    expect((await userNow(service, user.id)).email).toBe(wanted.email);
  });

  it("ACC-06 of an account that changed since is refused before a password is looked at", async () => {
    const service = memoryService();
    const user = await service.register();
    const token = await tokenFor(service, user.id, "verify");
    unwrapped(await updateUser(service.deps, ADMIN, user.id, { status: "disabled" }));
    const wrong = passwordOf("not the right password");
    expect(codeOf(await redeem(service, ANYONE, token, wrong))).toBe("invalid_token");
    expect(service.deps.throttle.failures(user.email)).toBe(0);
  });

  it("sets a password also where the count of failures cannot be cleared, which is told", async () => {
    const service = memoryService();
    const user = await service.register();
    const token = await tokenFor(service, user.id, "reset");
    const clear = () => Promise.reject(new Unavailable("throttle"));
    const deps = { ...service.deps, throttle: { ...service.deps.throttle, clear } };
    expect(codeOf(await resetPassword(deps, ANYONE, { token, password: PASSWORD }))).toBe("done");
    expect(service.notices).toEqual([{ event: "login_throttle_not_cleared", actor: ANYONE }]);
  });
});
