import { describe, expect, it } from "vitest";
import { authenticateUser } from "../../../src/use-cases/authenticate-user.ts";
import { DEVICE, memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import {
  atEveryCall,
  FAULTS,
  outcomeOf,
  type PortFaults,
  SINGLE_FAULTS,
} from "../../support/port-faults.ts";

const WRONG = passwordOf("not the right password");
const EARLIER_FAILURES = 3;

/** An account at which somebody failed a few times already. */
async function account() {
  const service = memoryService();
  const { email, id } = await service.register();
  for (let i = 0; i < EARLIER_FAILURES; i++) await service.deps.throttle.reserve(email);
  const signIn = async (faults: PortFaults, password = PASSWORD) => {
    const deps = service.through(faults);
    const outcome = await outcomeOf(
      authenticateUser(deps, { email, password, deviceToken: null, device: DEVICE }),
    );
    faults.end();
    return outcome === "unavailable" ? outcome : outcome.kind;
  };
  const failures = () => service.deps.throttle.failures(email);
  return { service, email, id, signIn, failures };
}

describe.each(SINGLE_FAULTS)("RAT-05 sign-in, %s", (kind) => {
  it("an outage is no failed try, whatever call breaks", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { signIn, failures } = await account();
      const outcome = await signIn(faults, WRONG);
      const goesOn = faults.struck === null || faults.struck === "fail";
      expect(outcome).toBe(goesOn ? "invalid_credentials" : "unavailable");
      // A try that was counted and whose answer was lost cannot be given back.
      const isCounted = goesOn || (faults.struck === "reserve" && kind === "reply lost");
      expect(failures()).toBe(EARLIER_FAILURES + (isCounted ? 1 : 0));
    });
    expect(broken).toEqual(["reserve", "findByEmail", "fail"]);
  });

  it("the right password is never wrong, whatever call breaks, and works again after", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, email, signIn, failures } = await account();
      const outcome = await signIn(faults);
      // A count that could not be cleared keeps nobody out who was right.
      const goesOn = faults.struck === null || faults.struck === "clear";
      expect(outcome).toBe(goesOn ? "signed_in" : "unavailable");
      expect(failures()).toBeLessThanOrEqual(EARLIER_FAILURES + 1);
      await service.signIn(email);
      expect(failures()).toBe(0);
    });
    expect(broken).toEqual(["reserve", "findByEmail", "clear", "prepare", "openSession", "sign"]);
  });
});

describe.each(FAULTS)("sign-in, %s", (kind) => {
  it("RAT-05 an outage that lasts is never a wrong password", async () => {
    await atEveryCall(kind, async (faults) => {
      const { signIn } = await account();
      expect(["signed_in", "unavailable"]).toContain(await signIn(faults));
    });
  });

  it("PWD-07 a rehash that fails does not fail the sign-in", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, id, email } = await account();
      await service.deps.users.rehash(id, `current:${PASSWORD}`, `old:${PASSWORD}`);
      const deps = { ...service.deps, users: faults.wrap({ ...service.deps.users }) };
      const input = { email, password: PASSWORD, deviceToken: null, device: DEVICE };
      const outcome = await outcomeOf(authenticateUser(deps, input));
      await service.settled();
      faults.end();
      if (faults.struck !== "findByEmail") {
        expect(outcome).toMatchObject({ kind: "signed_in" });
      }
      // The next sign-in makes up for it.
      await service.signIn(email);
      await service.settled();
      expect((await service.deps.users.findById(id))?.passwordHash).toBe(`current:${PASSWORD}`);
    });
    expect(broken).toEqual(["findByEmail", "rehash"]);
  });
});

it("PWD-07 a rehash begins after the reply: until then nothing but the check is hashed", async () => {
  const { service, id, email } = await account();
  await service.deps.users.rehash(id, `current:${PASSWORD}`, `old:${PASSWORD}`);
  const waiting: (() => Promise<unknown>)[] = [];
  const hashed: string[] = [];
  const deps = {
    ...service.deps,
    defer: (work: () => Promise<unknown>) => void waiting.push(work),
    hasher: {
      ...service.deps.hasher,
      hash: (password: typeof PASSWORD) => {
        hashed.push(password);
        return service.deps.hasher.hash(password);
      },
    },
  };
  const input = { email, password: PASSWORD, deviceToken: null, device: DEVICE };
  expect((await authenticateUser(deps, input)).kind).toBe("signed_in");
  expect(hashed).toEqual([]);
  expect(waiting).toHaveLength(1);
  await Promise.all(waiting.map((work) => work()));
  expect(hashed).toEqual([PASSWORD]);
});
