import { describe, expect, it } from "vitest";
import type { Person } from "../../../src/domain/access/actor.ts";
import { changePassword } from "../../../src/use-cases/accounts/change-password.ts";
import { deleteOwnAccount } from "../../../src/use-cases/accounts/delete-own-account.ts";
import { confirmTotp } from "../../../src/use-cases/accounts/factors/confirm-totp.ts";
import { enrolTotp } from "../../../src/use-cases/accounts/factors/enrol-totp.ts";
import { proveOwner } from "../../../src/use-cases/accounts/prove-owner.ts";
import { refusedBy, codeOf as resultOf, unwrapped } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { SECOND, somePerson } from "../../support/samples.ts";
import { codeOf } from "../../support/totp.ts";

async function signedIn(given: Partial<Person> = {}) {
  const service = memoryService();
  const user = await service.register();
  const { sessionId } = await service.signIn(user.email);
  const authTime = service.deps.clock();
  const proved = { amr: ["pwd"], acr: "aal1", authTime } as const;
  const owner: Person = { ...somePerson(user.id, sessionId), proved, ...given };
  const prove = (password: typeof PASSWORD | null, actor = owner) =>
    proveOwner(service.deps, actor, password);
  return { service, user, owner, prove };
}

const insufficient = (acr: "aal1" | "aal2") =>
  refusedBy({ code: "insufficient_user_authentication", acr, maxAge: 600 });

describe("the owner of an account is whoever", () => {
  it("shows the password, or signed in a moment ago", async () => {
    const { service, prove } = await signedIn();
    expect(resultOf(await prove(null))).toBe("done");
    service.advance(600 * SECOND - 1);
    expect(resultOf(await prove(null))).toBe("done");
    service.advance(1);
    expect(await prove(null)).toEqual(insufficient("aal1"));
    expect(resultOf(await prove(PASSWORD))).toBe("done");
    expect(await prove(passwordOf("a wrong one"))).toEqual(refusedBy("invalid_credentials"));
  });

  it("has shown two factors where the account has them, password or not", async () => {
    const { owner, prove } = await signedIn({ accountAcr: "aal2" });
    expect(await prove(PASSWORD)).toEqual(insufficient("aal2"));
    expect(await prove(null)).toEqual(insufficient("aal2"));
    const proven = { ...owner, proved: { ...owner.proved, acr: "aal2" } } as const;
    expect(resultOf(await prove(PASSWORD, proven))).toBe("done");
    expect(resultOf(await prove(null, proven))).toBe("done");
  });

  it("shows a factor of a moment ago, and not the password, to add another one", async () => {
    const { service, owner } = await signedIn();
    const add = (actor: Person) => proveOwner(service.deps, actor, PASSWORD, { addsFactor: true });
    const proved = { ...owner.proved, acr: "aal2" } as const;
    const proven = { ...owner, proved, accountAcr: "aal2" } as const;
    expect(resultOf(await add(proven))).toBe("done");
    service.advance(600 * SECOND);
    expect(await add(proven)).toEqual(insufficient("aal2"));
    expect(resultOf(await add(owner))).toBe("done"); // the first one
  });

  it("exists", async () => {
    const { service, owner, prove } = await signedIn();
    unwrapped(await deleteOwnAccount(service.deps, owner, null));
    expect(await prove(null)).toEqual(refusedBy("not_found"));
  });
});

it("a password change in a session with two factors opens one with two", async () => {
  const { service, user, owner } = await signedIn();
  const { deps } = service;
  const { id, secret } = unwrapped(await enrolTotp(deps, owner, PASSWORD));
  unwrapped(await confirmTotp(deps, owner, id, codeOf(secret, 0, deps.clock())));
  const next = passwordOf("another horse battery staple");
  const input = { current: PASSWORD, next };
  // What the caller was let through with was read before the factor was there.
  expect(await changePassword(deps, owner, input)).toEqual(refusedBy("conflict"));
  expect((await deps.users.findById(user.id))?.user.version).toBe(user.version);
  const amr = ["pwd", "otp", "mfa"];
  const proved = { ...owner.proved, amr, acr: "aal2" } as const;
  const proven = { ...owner, proved, accountAcr: "aal2" } as const;
  const changed = unwrapped(await changePassword(deps, proven, input));
  expect(JSON.parse(changed.accessToken)).toMatchObject({ amr, acr: "aal2" });
});
