import { describe, expect, it } from "vitest";
import { ANYONE, type Person, SYSTEM } from "../../../src/domain/access/actor.ts";
import type { Acr } from "../../../src/domain/assurance.ts";
import { MAX_FACTORS } from "../../../src/domain/limits.ts";
import { confirmTotp } from "../../../src/use-cases/accounts/factors/confirm-totp.ts";
import { addPasskey, beginPasskey } from "../../../src/use-cases/accounts/factors/enrol-passkey.ts";
import { enrolTotp } from "../../../src/use-cases/accounts/factors/enrol-totp.ts";
import {
  listOwnFactors,
  listUserFactors,
} from "../../../src/use-cases/accounts/factors/list-factors.ts";
import { removeOwnFactor } from "../../../src/use-cases/accounts/factors/remove-factor.ts";
import { renamePasskey } from "../../../src/use-cases/accounts/factors/rename-passkey.ts";
import { renewRecoveryCodes } from "../../../src/use-cases/accounts/factors/renew-recovery-codes.ts";
import { resetUserFactors } from "../../../src/use-cases/accounts/factors/reset-user-factors.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { refusedBy, codeOf as resultOf, unwrapped } from "../../support/answers.ts";
import { madeBy } from "../../support/fakes/passkeys.ts";
import { enrolCodes, factorOwner } from "../../support/memory-factors.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";
import {
  SECOND,
  someActor,
  someFactorId,
  someId,
  somePerson,
  someUserId,
} from "../../support/samples.ts";
import { codeOf, wrongCode } from "../../support/totp.ts";

const INSUFFICIENT = refusedBy({
  code: "insufficient_user_authentication",
  acr: "aal2",
  maxAge: 600,
});

async function owning() {
  const service = memoryService();
  const { deps } = service;
  const { user, owner, proven } = await factorOwner(service);
  const held = async () => unwrapped(await listOwnFactors(deps, owner));
  const ids = async () => (await held()).factors.map(({ id }) => id);
  const disable = async () =>
    unwrapped(await updateUser(deps, someActor("*"), user.id, { status: "disabled" }));
  /** What an authenticator makes of a challenge. */
  const made = async (actor: Person, id = someId()) => {
    const { token, options } = unwrapped(await beginPasskey(deps, actor, PASSWORD));
    const key = { id, key: someId(), userHandle: "", signCount: 0 };
    return { token, credential: madeBy(key, options), name: "Key" };
  };
  return { service, deps, user, owner, proven, held, ids, disable, made };
}

describe("an authenticator of codes", () => {
  it("is confirmed by its first code, in the session that began it, and brings recovery codes once", async () => {
    const { service, deps, user, owner, proven } = await owning();
    const begin = async (actor: Person) => unwrapped(await enrolTotp(deps, actor, PASSWORD));
    const now = deps.clock();
    const { id, secret } = await begin(owner);
    const confirm = (actor: Person, code: string, one = id) => confirmTotp(deps, actor, one, code);
    const elsewhere = { ...owner, sessionId: (await service.signIn(user.email)).sessionId };
    expect(await confirm(owner, wrongCode(secret, now))).toEqual(refusedBy("invalid_code"));
    expect(await confirm(elsewhere, codeOf(secret, 0, now))).toEqual(refusedBy("not_found"));
    expect(await confirm(owner, codeOf(secret, 0, now), someFactorId())).toEqual(
      refusedBy("not_found"),
    );
    const confirmed = unwrapped(await confirm(owner, codeOf(secret, 0, now)));
    expect(confirmed.recoveryCodes).toHaveLength(10);
    expect(await confirm(proven, codeOf(secret, 1, now))).toEqual(refusedBy("invalid_code"));
    const further = await begin(proven);
    const code = codeOf(further.secret, 0, now);
    expect(await confirm(proven, code, further.id)).toMatchObject({
      value: { recoveryCodes: null },
    });
  });

  it("is none of an account that is gone, before its object heard of that", async () => {
    const { deps, owner } = await owning();
    const { id, secret } = unwrapped(await enrolTotp(deps, owner, PASSWORD));
    const gone = { ...deps, users: { ...deps.users, findById: async () => null } };
    const code = codeOf(secret, 0, deps.clock());
    expect(await confirmTotp(gone, owner, id, code)).toEqual(refusedBy("not_found"));
  });

  it("is not begun beyond the limit, which passkeys do not count towards", async () => {
    const { deps, owner, proven, made } = await owning();
    for (let n = 0; n < MAX_FACTORS; n++) {
      const actor = n === 0 ? owner : proven;
      unwrapped(await addPasskey(deps, actor, await made(actor)));
    }
    for (let n = 1; n < MAX_FACTORS; n++) await enrolCodes(deps, proven);
    // One that waits makes room.
    unwrapped(await enrolTotp(deps, proven, PASSWORD));
    await enrolCodes(deps, proven);
    expect(await enrolTotp(deps, proven, PASSWORD)).toEqual(refusedBy("too_many_factors"));
  });
});

describe("a passkey", () => {
  it("brings recovery codes with the first, and is there once if it is brought again", async () => {
    const { deps, owner, proven, made, held } = await owning();
    const brought = await made(owner);
    const added = unwrapped(await addPasskey(deps, owner, brought));
    expect(added.recoveryCodes).toHaveLength(10);
    const again = unwrapped(await addPasskey(deps, proven, brought));
    expect(again).toEqual({ passkey: added.passkey, recoveryCodes: null });
    const other = { ...brought, credential: { ...brought.credential, id: someId() } };
    expect(await addPasskey(deps, proven, other)).toEqual(refusedBy("invalid_passkey"));
    const further = unwrapped(await addPasskey(deps, proven, await made(proven)));
    expect(further.recoveryCodes).toBeNull();
    const same = await made(proven, added.passkey.credentialId);
    expect(await addPasskey(deps, proven, same)).toEqual(refusedBy("conflict"));
    expect((await held()).factors).toHaveLength(2);
  });

  it("is not asked for beyond the limit, nor kept, which codes do not count towards", async () => {
    const { deps, owner, proven, made } = await owning();
    await enrolCodes(deps, owner);
    const brought = [];
    for (let n = 0; n <= MAX_FACTORS; n++) brought.push(await made(proven));
    const late = brought.pop() ?? (await made(proven));
    for (const one of brought) unwrapped(await addPasskey(deps, proven, one));
    expect(await addPasskey(deps, proven, late)).toEqual(refusedBy("too_many_factors"));
    expect(await beginPasskey(deps, proven, PASSWORD)).toEqual(refusedBy("too_many_factors"));
  });

  it("is renamed by its owner, who sees no other's", async () => {
    const { deps, owner, proven, made, held } = await owning();
    const { passkey } = unwrapped(await addPasskey(deps, owner, await made(owner)));
    unwrapped(await renamePasskey(deps, proven, passkey.id, "Blue"));
    expect((await held()).factors).toMatchObject([{ name: "Blue" }]);
    const other = await renamePasskey(deps, proven, someFactorId(), "Blue");
    expect(other).toEqual(refusedBy("not_found"));
    const ended = { ...proven, sessionId: deps.newSessionId() };
    expect(await renamePasskey(deps, ended, passkey.id, "Red")).toEqual(INSUFFICIENT);
  });
});

describe("what adds a factor", () => {
  const ADDING = [
    ["a code's authenticator", enrolTotp],
    ["a passkey", beginPasskey],
    ["recovery codes", renewRecoveryCodes],
  ] as const;

  it.each(ADDING)("needs a factor of a moment ago, password or not: %s", async (_, add) => {
    const { service, deps, owner, proven } = await owning();
    await enrolCodes(deps, owner);
    expect(resultOf(await add(deps, proven, PASSWORD))).toBe("done");
    service.advance(600 * SECOND);
    expect(await add(deps, proven, PASSWORD)).toEqual(INSUFFICIENT);
  });

  it("is refused to a session that shows less than the account asks for by now", async () => {
    const { service, deps, user, owner, made } = await owning();
    const { sessionId } = await service.signIn(user.email);
    // Let through before there was a factor.
    const older = { ...owner, sessionId };
    const brought = await made(older);
    await enrolCodes(deps, owner);
    expect(await enrolTotp(deps, older, PASSWORD)).toEqual(INSUFFICIENT);
    expect(await addPasskey(deps, older, brought)).toEqual(INSUFFICIENT);
    expect(await renewRecoveryCodes(deps, older, PASSWORD)).toEqual(INSUFFICIENT);
  });
});

describe("the factors of an account", () => {
  it("are those that were confirmed, and none of who may not act", async () => {
    const { deps, user, owner, proven, disable, ids } = await owning();
    const { id } = await enrolCodes(deps, owner);
    unwrapped(await enrolTotp(deps, proven, PASSWORD));
    expect(await ids()).toEqual([id]);
    const list = (of = user.id) => listUserFactors(deps, ANYONE, of);
    expect(unwrapped(await list()).factors).toMatchObject([{ id }]);
    expect(await list(someUserId())).toEqual(refusedBy("not_found"));
    await disable();
    expect(unwrapped(await list())).toEqual({ factors: [], recoveryCodesLeft: 0 });
    expect(await listOwnFactors(deps, owner)).toEqual(refusedBy("not_found"));
    expect(await removeOwnFactor(deps, proven, id, null)).toEqual(refusedBy("not_found"));
  });

  it("are removed one by one, by who showed them however long ago", async () => {
    const { service, deps, owner, proven, ids } = await owning();
    const one = await enrolCodes(deps, owner);
    const other = await enrolCodes(deps, proven);
    service.advance(600 * SECOND);
    const remove = (id = one.id, actor = proven) => removeOwnFactor(deps, actor, id, PASSWORD);
    expect(await remove(someFactorId())).toEqual(refusedBy("not_found"));
    const ended = { ...proven, sessionId: deps.newSessionId() };
    expect(await remove(one.id, ended)).toEqual(INSUFFICIENT);
    expect(resultOf(await remove())).toBe("done");
    expect(await ids()).toEqual([other.id]);
  });

  it("have recovery codes, which are made anew where there is a factor", async () => {
    const { deps, owner, proven, held } = await owning();
    expect(await renewRecoveryCodes(deps, owner, PASSWORD)).toEqual(refusedBy("not_found"));
    await enrolCodes(deps, owner);
    expect(unwrapped(await renewRecoveryCodes(deps, proven, PASSWORD))).toHaveLength(10);
    expect((await held()).recoveryCodesLeft).toBe(10);
    const ended = { ...proven, sessionId: deps.newSessionId() };
    expect(await renewRecoveryCodes(deps, ended, PASSWORD)).toEqual(INSUFFICIENT);
  });

  it("are reset by a person who showed two a moment ago, and by nobody else", async () => {
    const { service, deps, user, owner } = await owning();
    await enrolCodes(deps, owner);
    const admin = await service.register({ roles: ["admin"] });
    const as = (acr: Acr): Person => ({
      ...somePerson(admin.id),
      permissions: ["*"],
      proved: { amr: ["pwd"], acr, authTime: deps.clock() },
    });
    const early = as("aal2");
    service.advance(600 * SECOND);
    for (const actor of [early, as("aal1"), someActor("*"), SYSTEM]) {
      expect(await resetUserFactors(deps, actor, user.id)).toEqual(INSUFFICIENT);
    }
    expect(resultOf(await resetUserFactors(deps, as("aal2"), user.id))).toBe("done");
    expect(await deps.accounts.listFactors(user.id)).toMatchObject({ factors: [] });
    expect(await deps.accounts.listSessions(user.id)).toEqual([]);
  });
});
