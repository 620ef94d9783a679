import type { Actor } from "../../../src/domain/access/actor.ts";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { causeOf, eventOf, type Subject, type What } from "../../../src/domain/events/event.ts";
import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import type { NewUser, Users } from "../../../src/use-cases/accounts/ports.ts";
import { whatOfCreation } from "../../../src/use-cases/accounts/tell-creation.ts";
import type { ServiceAccounts } from "../../../src/use-cases/clients/ports.ts";
import { messageOf } from "../../../src/use-cases/events/message-of.ts";
import type { Clock } from "../../../src/use-cases/outside.ts";
import type { MemoryRecordOutbox } from "../../support/fakes/record-outbox.ts";
import { someEventId } from "../../support/samples.ts";

export type Tell = (actor: Actor, subject: Subject, what: What) => void;

/** Writes the event of an act in D1 in the step of the act, as the real adapters do in its batch. */
export const telling =
  (outbox: MemoryRecordOutbox, clock: Clock, onTold: () => void): Tell =>
  (actor, subject, what) => {
    const now = clock();
    const event = { ...eventOf(someEventId(), now, causeOf(actor), subject, what), seq: null };
    void outbox.put(event.id, messageOf(event, { kind: "record" }), now);
    onTold();
  };

/** @param onMade told of each account that is made */
export const toldUsers = (users: Users, tell: Tell, onMade: (user: NewUser) => void): Users => ({
  ...users,
  async create(user, by = SYSTEM) {
    const outcome = await users.create(user, by);
    if (outcome !== "created") return outcome;
    tell(by, { kind: "user", id: user.id }, whatOfCreation(user, by));
    onMade(user);
    return outcome;
  },
});

export function toldServiceAccounts(accounts: ServiceAccounts, tell: Tell): ServiceAccounts {
  const after =
    (actor: Actor, id: ServiceAccountId, what: What, done: unknown) =>
    <T>(outcome: T): T => {
      if (outcome === done) tell(actor, { kind: "service_account", id }, what);
      return outcome;
    };
  return {
    ...accounts,
    create: (made) =>
      accounts
        .create(made)
        .then(after(made.actor, made.id, { type: "service_account.created" }, "created")),
    update: (id, change, decided) =>
      accounts
        .update(id, change, decided)
        .then(after(decided.actor, id, { type: "service_account.updated" }, true)),
    addSecret(id, secret, others, act) {
      const what = {
        type: "service_account.secret.created",
        data: { secret_id: secret.id },
      } as const;
      return accounts.addSecret(id, secret, others, act).then(after(act.actor, id, what, "added"));
    },
    endSecret(id, secretId, act) {
      const what = { type: "service_account.secret.ended", data: { secret_id: secretId } } as const;
      return accounts.endSecret(id, secretId, act).then(after(act.actor, id, what, true));
    },
    remove: (id, actor, version) =>
      accounts
        .remove(id, actor, version)
        .then(after(actor, id, { type: "service_account.deleted" }, "removed")),
  };
}
