import { describe, expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import type { FactorProof, Passkey, Totp } from "../../../src/domain/credentials/factor.ts";
import { BY_HAND } from "../../../src/domain/events/event.ts";
import type { OpenSession } from "../../../src/use-cases/sessions/ports.ts";
import { CAUSE, SECOND, someFactorId, someId, someSession } from "../../support/samples.ts";
import { watchedObject } from "../../support/watched-object.ts";

const HASHES = ["hash 1", "hash 2"];
const FIVE_MINUTES = 300 * SECOND;

/** A user's object, and a session in which its owner adds factors. */
async function object() {
  const watched = await watchedObject();
  const { judge, to, record, user, known, time, events } = watched;
  const open = async (given: Partial<OpenSession> = {}) => {
    const row = await record.read(user.id);
    if (row === null) throw new Error("there is no such user");
    const opening = { ...someSession(), seen: row.authority, second: null, cause: CAUSE };
    return judge.openSession(to, { ...opening, ...given });
  };
  const { sessionId } = someSession();
  expect((await open({ sessionId })).kind).toBe("opened");
  const begun = { createdAt: time.now, begunIn: sessionId, lastUsedAt: null };
  const addTotp = async () => {
    const factor: Totp = {
      ...begun,
      id: someFactorId(),
      kind: "totp",
      confirmedAt: null,
      wrappedSecret: "wrapped",
      lastStep: null,
    };
    expect(await judge.addFactor(to, { factor })).toBe("added");
    return factor;
  };
  const codeAt = ({ id }: Totp, step: number) =>
    ({ kind: "totp", id, step, rewrapped: null }) as const;
  const confirm = (factor: Totp) => {
    const command = { proof: codeAt(factor, 1), sessionId, recoveryCodes: HASHES, cause: CAUSE };
    return judge.confirmFactor(to, command);
  };
  const confirmed = async () => {
    const factor = await addTotp();
    await confirm(factor);
    return factor;
  };
  const keyIn = (session = sessionId): Passkey => ({
    ...begun,
    begunIn: session,
    id: someFactorId(),
    kind: "passkey",
    confirmedAt: time.now,
    name: "Key",
    credentialId: someId(),
    publicKey: "key",
    signCount: 0,
    method: "hwk",
    transports: [],
    userHandle: "handle",
    challenge: someId(),
  });
  const addKey = (passkey: Passkey) =>
    judge.addPasskey(to, { passkey, recoveryCodes: HASHES, cause: CAUSE });
  const byKey = ({ id, method }: Passkey): FactorProof => ({
    kind: "passkey",
    id,
    signCount: 0,
    userVerified: true,
    method,
  });
  const show = (proof: FactorProof, given: Partial<OpenSession> = {}) => {
    const second = { proof, flowId: someId(), flowEndsAt: time.now + FIVE_MINUTES };
    return open({ second, ...given });
  };
  const renew = (...hashes: string[]) =>
    judge.renewRecoveryCodes(to, { hashes, sessionId, cause: CAUSE });
  const remove = (id: Totp["id"]) =>
    judge.removeFactor(to, { id, except: sessionId, cause: CAUSE });
  const left = async () => (await judge.listFactors(to))?.recoveryCodesLeft;
  const last = () => events.at(-1);
  const isWokenBy = async (work: () => unknown) => {
    known.wakeAt = null;
    await work();
    return known.wakeAt !== null;
  };
  return {
    ...watched,
    sessionId,
    open,
    addTotp,
    codeAt,
    confirm,
    confirmed,
    keyIn,
    addKey,
    byKey,
    show,
    renew,
    remove,
    left,
    last,
    isWokenBy,
  };
}

describe("what happens to factors", () => {
  it("is told, and the object wakes until that is stored", async () => {
    const { judge, to, sessionId, addTotp, confirm, renew, remove, confirmed, ...on } =
      await object();
    const { last, isWokenBy } = on;
    const factor = await addTotp();
    expect(await isWokenBy(() => confirm(factor))).toBe(true);
    const data = { factor_id: factor.id, kind: "totp" };
    expect(last()).toMatchObject({
      type: "factor.added",
      data: { ...data, session_id: sessionId },
      mail: { purpose: "factor_added", to: null },
    });
    expect(await isWokenBy(() => renew("new"))).toBe(true);
    expect(last()).toMatchObject({ type: "factor.recovery_codes_renewed" });
    const proof = { kind: "recovery_code", hash: "new" } as const;
    expect(await isWokenBy(() => judge.stepUp(to, { sessionId, proof, cause: CAUSE }))).toBe(true);
    expect(last()).toMatchObject({ type: "factor.recovery_code_used", data: { left: 0 } });
    expect(await isWokenBy(() => remove(factor.id))).toBe(true);
    expect(last()).toMatchObject({
      type: "factor.removed",
      data: { ...data, sessions_ended: 0 },
      mail: { purpose: "factor_removed", to: null },
    });
    await confirmed();
    expect(await isWokenBy(() => judge.resetFactors(to, CAUSE))).toBe(true);
    expect(last()).toMatchObject({
      type: "factor.reset",
      data: { factors: 1, sessions_ended: 1 },
    });
  });

  it("is nothing where there are none: a reset of them wakes nobody", async () => {
    const { judge, to, last, isWokenBy } = await object();
    const before = last();
    expect(await isWokenBy(() => judge.resetFactors(to, CAUSE))).toBe(false);
    expect(last()).toBe(before);
  });
});

describe("what must not be done twice", () => {
  it("is remembered while it can be asked for, and then forgotten by the alarm", async () => {
    const { judge, to, store, known, time } = await object();
    const endsAt = time.now + FIVE_MINUTES;
    known.wakeAt = null;
    await judge.takeChallenge(to, { challenge: "one", endsAt, credentialId: "none" });
    expect(known.wakeAt).toBe(endsAt);
    time.now = endsAt - 1;
    await judge.alarm();
    expect([...store.secondFactors.spent.entries()]).toHaveLength(1);
    time.now = endsAt;
    await judge.alarm();
    expect([...store.secondFactors.spent.entries()]).toEqual([]);
  });

  it("is a renewal of recovery codes, for five minutes; another one is another", async () => {
    const { judge, confirmed, renew, left, show, time } = await object();
    await confirmed();
    await renew("new", "newer");
    await show({ kind: "recovery_code", hash: "new" });
    const again = async () => {
      await judge.alarm();
      await renew("new", "newer");
      return left();
    };
    time.now += FIVE_MINUTES - 1;
    expect(await again()).toBe(1);
    time.now += 1;
    expect(await again()).toBe(2);
    await renew("another");
    expect(await left()).toBe(1);
  });
});

it("making a passkey proves two factors, in a session that a passkey alone opened as well", async () => {
  const { judge, to, keyIn, addKey, byKey, show } = await object();
  const key = keyIn();
  expect(await addKey(key)).toBe("first");
  const { sessionId } = someSession();
  await show(byKey(key), { sessionId, amr: [], acr: "aal1" });
  expect(await addKey(keyIn(sessionId))).toBe("another");
  expect(await judge.check(to, sessionId)).toMatchObject({ acr: "aal2" });
});

it("the count of tries at a passkey alone goes with a right passkey, and with no other factor", async () => {
  const { judge, to, store, confirmed, codeAt, keyIn, addKey, byKey, show } = await object();
  const factor = await confirmed();
  const key = keyIn();
  await addKey(key);
  judge.reserveProof(to, "passkey_alone");
  const count = () => store.proofs.get("passkey_alone")?.failures;
  expect((await show(codeAt(factor, 2))).kind).toBe("opened");
  expect(count()).toBe(1);
  expect((await show(byKey(key))).kind).toBe("opened");
  expect(count()).toBeUndefined();
});

describe("factors that an operator declares lost", () => {
  const declareLost = ({ db, user, time }: Awaited<ReturnType<typeof watchedObject>>) => {
    const row = db.users.get(user.id);
    if (row === undefined) throw new Error("there is no such user");
    const { version } = row.user;
    const changed = { ...row.user, version: version + 1 };
    db.users.set(user.id, { ...row, user: changed, factorsVoidAt: time.now });
  };

  it("go with their codes, counts and sessions when the object hears of it, and it is told", async () => {
    const watched = await object();
    const { judge, to, store, sessions, confirmed, addTotp, left, last, time } = watched;
    await confirmed();
    await addTotp();
    judge.reserveProof(to, "totp");
    time.now += SECOND;
    declareLost(watched);
    await judge.catchUp(to);
    expect(await judge.listFactors(to)).toEqual({ factors: [], recoveryCodesLeft: 0 });
    expect([await left(), sessions.size, [...store.proofs.entries()]]).toEqual([0, 0, []]);
    const { kind } = BY_HAND.actor;
    expect(last()).toMatchObject({ type: "factor.reset", actor: { kind }, data: { factors: 1 } });
  });

  it("are also those that somebody added before the object heard of it", async () => {
    const watched = await object();
    const { judge, to, keyIn, addKey, time } = watched;
    declareLost(watched);
    time.now += SECOND;
    await addKey({ ...keyIn(), createdAt: time.now });
    await judge.catchUp(to);
    expect(await judge.listFactors(to)).toEqual({ factors: [], recoveryCodesLeft: 0 });
  });

  it("are lost once: one that is added afterwards stays", async () => {
    const watched = await object();
    const { judge, to, open, keyIn, addKey, time } = watched;
    declareLost(watched);
    await judge.catchUp(to);
    const again = someSession();
    await open({ sessionId: again.sessionId });
    expect(await addKey(keyIn(again.sessionId))).toBe("first");
    time.now += to.policy.authorityMaxAge;
    await judge.catchUp(to);
    expect((await judge.listFactors(to))?.factors).toHaveLength(1);
  });

  it("are those from before, where older code did not say what it heard", async () => {
    const watched = await object();
    const { judge, to, known, keyIn, addKey, time } = watched;
    const [older, newer] = [keyIn(), { ...keyIn(), createdAt: time.now + SECOND }];
    for (const key of [older, newer]) await addKey(key);
    if (known.copy === null) throw new Error("the object knows nobody");
    const { factorsVoidAt: _, ...copy } = known.copy;
    known.copy = copy;
    time.now += SECOND;
    declareLost(watched);
    await judge.catchUp(to);
    expect((await judge.listFactors(to))?.factors).toMatchObject([{ id: newer.id }]);
  });
});

it("a link that verifies the address keeps the factors of whoever keeps their password", async () => {
  const { judge, to, confirmed, left } = await object();
  await confirmed();
  const change: AccountChange = { kind: "verify_email", keepPassword: true };
  const command = { changeId: someId(), change, ifVersion: null, cause: CAUSE };
  expect((await judge.change(to, command)).kind).toBe("done");
  expect(await left()).toBe(HASHES.length);
});
