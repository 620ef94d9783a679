import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { createUser } from "../../../src/use-cases/accounts/create-user.ts";
import { registerUser } from "../../../src/use-cases/accounts/register-user.ts";
import { codeOf, refusedBy } from "../../support/answers.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";
import { atEveryCall, FAULTS, outcomeOf, PortFaults } from "../../support/port-faults.ts";
import { someEmail } from "../../support/samples.ts";

const input = () => ({ email: someEmail(), name: "Ada", password: PASSWORD, roles: [] });

const everyone = (service: ReturnType<typeof memoryService>) =>
  service.deps.users.list({ email: null, status: null, after: null, limit: 10 });

describe("CFW-11 creating an account", () => {
  it("whose reply was lost has created it once, and says so", async () => {
    const service = memoryService();
    const wanted = input();
    const made = await createUser(service.through(new PortFaults(1, "reply lost")), ANYONE, wanted);
    const [user, ...others] = await everyone(service);
    expect(others).toEqual([]);
    // What is told without reading is what is there to read.
    expect(made).toEqual({ ok: true, value: user });
    expect(user).toMatchObject({ email: wanted.email, name: "Ada", roles: ["user"] });
  });

  it.each(FAULTS)("is said to be done exactly when it is: %s", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      const service = memoryService();
      const wanted = input();
      const outcome = await outcomeOf(createUser(service.through(faults), ANYONE, wanted));
      faults.end();
      const isThere = (await service.deps.users.findByEmail(wanted.email)) !== null;
      expect(outcome === "unavailable" ? false : outcome.ok).toBe(isThere);
      if (!isThere) expect((await createUser(service.deps, ANYONE, wanted)).ok).toBe(true);
      expect(await everyone(service)).toHaveLength(1);
    });
    expect(broken[0]).toBe("create");
  });

  it("ACC-07 of two at once for one address one is made", async () => {
    const service = memoryService();
    const wanted = input();
    const made = await Promise.all([
      createUser(service.deps, ANYONE, wanted),
      createUser(service.deps, ANYONE, wanted),
    ]);
    expect(made.map((one) => codeOf(one)).sort()).toEqual(["done", "email_taken"]);
  });

  it("a weak password makes nothing", async () => {
    const service = memoryService();
    const answer = await createUser(
      { ...service.deps, policy: { weakness: async () => "common" } },
      ANYONE,
      input(),
    );
    expect(answer).toEqual(refusedBy({ code: "weak_password", weakness: "common" }));
    expect(await everyone(service)).toEqual([]);
  });
});

it("ENU-03 private registration keeps nothing that a stranger says of the account", async () => {
  const service = memoryService();
  const { email, password } = input();
  const deps = { ...service.deps, isPrivate: true };
  const answer = await registerUser(deps, ANYONE, { email, password, name: "You Won" });
  expect(answer).toEqual({ ok: true, value: null });
  expect(JSON.stringify(service.asked)).not.toMatch(/You Won|horse/);
  expect(await service.deps.users.findByEmail(email)).toBeNull();
  await service.answered();
  const made = await service.deps.users.findByEmail(email);
  expect(made).toMatchObject({ passwordHash: null, user: { email, name: null } });
});
