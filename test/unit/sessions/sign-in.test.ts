import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { authenticateUser } from "../../../src/use-cases/sessions/sign-in.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import {
  atEveryCall,
  FAULTS,
  outcomeOf,
  type PortFaults,
  SINGLE_FAULTS,
} from "../../support/port-faults.ts";
import { CAUSE, someEmail } from "../../support/samples.ts";

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
      authenticateUser(deps, ANYONE, { email, password, deviceToken: null }),
    );
    faults.end();
    return outcome === "unavailable" ? outcome : codeOf(outcome, "signed_in");
  };
  const failures = () => service.deps.throttle.failures(email);
  return { service, email, id, signIn, failures };
}

describe.each(SINGLE_FAULTS)("RAT-05 sign-in, %s", (kind) => {
  it("an outage is no failed try, whatever call breaks", async () => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { signIn, failures } = await account();
      const outcome = await signIn(faults, WRONG);
      const goesOn = faults.struck === null;
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
    expect(broken).toEqual([
      "reserve",
      "findByEmail",
      "clear",
      "prepare",
      "openSession",
      "read",
      "sign",
    ]);
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
      const input = { email, password: PASSWORD, deviceToken: null };
      const outcome = await outcomeOf(authenticateUser(deps, ANYONE, input));
      await service.settled();
      faults.end();
      if (faults.struck !== "findByEmail") {
        expect(outcome).toMatchObject({ ok: true });
      }
      // The next sign-in makes up for it.
      await service.signIn(email);
      await service.settled();
      expect((await service.deps.users.findById(id))?.passwordHash).toBe(`current:${PASSWORD}`);
    });
    expect(broken).toEqual(["findByEmail", "rehash"]);
  });
});

it.each([PASSWORD, WRONG])(
  "RAT-05 a hash that could not be had counts no try: %s",
  async (password) => {
    const { service, email, failures } = await account();
    const hasher = {
      ...service.deps.hasher,
      verify: async () => {
        throw new Unavailable("password hashing");
      },
    };
    const input = { email, password, deviceToken: null };
    const signIn = authenticateUser({ ...service.deps, hasher }, ANYONE, input);
    expect(await outcomeOf(signIn)).toBe("unavailable");
    expect(failures()).toBe(EARLIER_FAILURES);
  },
);

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
  const input = { email, password: PASSWORD, deviceToken: null };
  expect((await authenticateUser(deps, ANYONE, input)).ok).toBe(true);
  expect(hashed).toEqual([]);
  expect(waiting).toHaveLength(1);
  await Promise.all(waiting.map((work) => work()));
  expect(hashed).toEqual([PASSWORD]);
});

it("ENU-02 an unknown name, and an account without a password, cost a hash like any other", async () => {
  const { service, email } = await account();
  const { email: invited } = await service.invite();
  let hashes = 0;
  const counted = <T extends readonly unknown[], R>(work: (...args: T) => R) => {
    return (...args: T): R => {
      hashes += 1;
      return work(...args);
    };
  };
  const { hasher } = service.deps;
  const deps = {
    ...service.deps,
    hasher: {
      ...hasher,
      verify: counted(hasher.verify),
      verifyNothing: counted(hasher.verifyNothing),
    },
  };
  for (const name of [email, invited, someEmail()]) {
    hashes = 0;
    const input = { email: name, password: WRONG, deviceToken: null };
    expect(await authenticateUser(deps, ANYONE, input)).toEqual(refusedBy("invalid_credentials"));
    expect([name, hashes]).toEqual([name, 1]);
  }
});

it("a sign-in is done over when the account changed while its password was checked", async () => {
  const { service, id, email } = await account();
  await service.signIn(email); // the object knows the row
  let checks = 0;
  const deps = {
    ...service.deps,
    hasher: {
      ...service.deps.hasher,
      verify: (...args: Parameters<typeof service.deps.hasher.verify>) => {
        checks += 1;
        return service.deps.hasher.verify(...args);
      },
    },
    users: {
      ...service.deps.users,
      findByEmail: async (name: typeof email) => {
        const found = await service.deps.users.findByEmail(name);
        const change = { kind: "assign_role", role: "admin" } as const;
        if (checks === 0) {
          await service.deps.accounts.change(id, {
            changeId: "slip",
            change,
            ifVersion: null,
            cause: CAUSE,
          });
        }
        return found;
      },
    },
  };
  const input = { email, password: PASSWORD, deviceToken: null };
  const tokens = unwrapped(await authenticateUser(deps, ANYONE, input));
  expect(checks).toBe(2);
  expect(JSON.parse(tokens.accessToken)).toMatchObject({ roles: ["admin", "user"] });
});

it("ENU-03 an account without a password forgives no earlier try, as no account does", async () => {
  const { service } = await account();
  const email = someEmail();
  for (let i = 0; i < FREE_TRIES; i++) {
    await service.deps.throttle.reserve(email);
    await service.deps.throttle.fail(email, { failures: 1, userId: null, cause: CAUSE });
  }
  const input = { email, password: WRONG, deviceToken: null };
  const tried = async () => codeOf(await authenticateUser(service.deps, ANYONE, input));
  const before = await tried();
  service.advance(1);
  await service.invite(email);
  expect(await tried()).toBe(before);
  expect(before).toBe("throttled");
});
