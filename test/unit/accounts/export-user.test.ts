import { describe, expect, it } from "vitest";
import { NO_REQUEST } from "../../../src/domain/access/actor.ts";
import { exportOwnAccount, exportUser } from "../../../src/use-cases/accounts/export-user.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { CONTEXT, someAct, someEvent } from "../../support/event-samples.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";
import { memoryService } from "../../support/memory-service.ts";
import { someActor, someEdit, somePerson, someUserId } from "../../support/samples.ts";

/** The most events that one document holds. */
const MOST = 5_000;

async function exported(stored = 0) {
  const service = memoryService();
  const audit = memoryAuditTrail();
  const user = await service.register();
  await service.signIn(user.email);
  const events = Array.from({ length: stored }, (_, at) => someAct(user.id, { occurredAt: at }));
  await audit.store(events);
  const deps = { ...service.deps, audit };
  const own = async (after: Parameters<typeof exportOwnAccount>[2] = null) =>
    unwrapped(await exportOwnAccount(deps, somePerson(user.id), after));
  return { service, deps, audit, user, events, own };
}

describe("what is held of somebody", () => {
  it("is for those who may do what they may do", async () => {
    const { service, deps } = await exported();
    await service.deps.roles.create(
      { name: "editor", description: "", permissions: ["pages:write"] },
      someEdit(),
    );
    const { id } = await service.register({ roles: ["editor"] });
    const ask = async (...permissions: string[]) =>
      codeOf(await exportUser(deps, someActor(...permissions), id, null));
    expect(await ask("users:read", "users:export")).toBe("forbidden");
    expect(await ask("users:export", "pages:*")).toBe("done");
    const nobody = await exportUser(deps, someActor("*"), someUserId(), null);
    expect(codeOf(nobody)).toBe("not_found");
    expect(codeOf(await exportOwnAccount(deps, somePerson(someUserId()), null))).toBe("not_found");
  });

  it("says when it was, whether there is a password, and what the object holds", async () => {
    const { service, deps, user, own } = await exported();
    const document = await own();
    expect(document).toMatchObject({
      exportedAt: service.deps.clock(),
      user: { id: user.id },
      hasPassword: true,
      held: { sessions: [{ device: { ip: null } }] },
      events: [],
      last: null,
    });
    const invited = await service.invite();
    const other = unwrapped(await exportUser(deps, someActor("*"), invited.id, null));
    expect(other.hasPassword).toBe(false);
  });

  it("says each event once: those in the trail there, the rest as the object holds them", async () => {
    const { audit, own } = await exported();
    const before = (await own()).held.events;
    expect(before.map(({ type }) => type)).toEqual(["session.opened"]);
    await audit.store(before);
    const { held, events } = await own();
    expect(events.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(held.events.map(({ type }) => type)).toEqual(["user.exported"]);
  });

  it("has an event that the object gave to the trail meanwhile", async () => {
    const { service, deps, audit, user } = await exported();
    const accounts: typeof deps.accounts = {
      ...deps.accounts,
      exportHeld: async (...asked) => {
        const held = await service.deps.accounts.exportHeld(...asked);
        if (held === null) return held;
        await audit.store(held.events);
        return { ...held, events: [] };
      },
    };
    const { events } = unwrapped(
      await exportOwnAccount({ ...deps, accounts }, somePerson(user.id), null),
    );
    expect(events.map(({ type }) => type)).toEqual(["session.opened"]);
  });

  it("shows where one was oneself, and not where others were", async () => {
    const { audit, user, own } = await exported();
    const byOther = someEvent({
      subject: { kind: "user", id: user.id },
      actor: { kind: "user", id: someUserId() },
      context: CONTEXT,
    });
    await audit.store([byOther, someAct(user.id)]);
    const { events } = await own();
    expect(new Map(events.map(({ id, context }) => [id, context])).get(byOther.id)).toEqual(
      NO_REQUEST,
    );
    expect(events.map(({ context }) => context)).toContainEqual(CONTEXT);
  });

  it("is all of its events, and beyond ten pages begins again where it ended", async () => {
    const { events, own } = await exported(MOST + 3);
    const first = await own();
    expect(first.events).toHaveLength(MOST);
    expect(first.last?.id).toBe(first.events.at(-1)?.id);
    const rest = await own(first.last);
    expect(rest.last).toBeNull();
    const ids = [...first.events, ...rest.events].map(({ id }) => id);
    expect(ids).toEqual(events.toReversed().map(({ id }) => id));
  });

  it("is one document where it is exactly a page", async () => {
    const { own } = await exported(500);
    const { events, last } = await own();
    expect([events.length, last]).toEqual([500, null]);
  });
});
