import type { AddressedProgram } from "../../src/use-cases/clients/judge-program.ts";
import { programJudge } from "../../src/use-cases/clients/judge-program.ts";
import type { ProgramStore, Standing } from "../../src/use-cases/clients/ports.ts";
import { memoryDatabase } from "./fakes/memory-database.ts";
import { memoryProgramRecord, memoryProgramStore } from "./fakes/programs.ts";
import { memoryRoles } from "./fakes/roles.ts";
import { memoryServiceAccounts } from "./fakes/service-accounts.ts";
import { someActor, someEdit } from "./samples.ts";
import { decidedOn, REPORTER, someAccount } from "./service-account-samples.ts";

type Row = Promise<Standing | null>;
/** What becomes of one question to D1. */
type Step = (run: () => Row) => Row;

export const MAX_AGE = 12_000;

/** Whether anything is left in the storage: an object that only looked into it leaves a file. */
function traced(store: ProgramStore): ProgramStore & { readonly isBlank: () => boolean } {
  let isBlank = true;
  const touched = <R>(result: R): R => {
    isBlank = false;
    return result;
  };
  return {
    copy: () => touched(store.copy()),
    keep: (copy) => touched(store.keep(copy)),
    async erase() {
      await store.erase();
      isBlank = true;
    },
    isBlank: () => isBlank,
  };
}

/** A service account in D1, whose object knows nobody yet. */
export async function judged() {
  const db = memoryDatabase();
  const [serviceAccounts, record] = [memoryServiceAccounts(db), memoryProgramRecord(db)];
  await memoryRoles(db).create(REPORTER, someEdit());
  const { id, secret, ...account } = someAccount({ roles: [REPORTER] });
  const create = () => serviceAccounts.create({ id, secret, ...account });
  await create();
  const steps: Step[] = [];
  let always: Step = (run) => run();
  let asked = 0;
  const time = { now: Date.UTC(2026, 0, 1) };
  const store = traced(memoryProgramStore());
  const judge = programJudge({
    store,
    record: {
      read: (of) => {
        asked++;
        return (steps.shift() ?? always)(() => record.read(of));
      },
    },
    clock: () => time.now,
    defer: (work) => void work().catch(() => null),
  });
  const to: AddressedProgram = { id, maxAge: MAX_AGE };
  const stranger: AddressedProgram = { ...to, id: someAccount().id };
  const version = async () => (await serviceAccounts.find(id))?.version ?? 0;
  const set = async (status: "active" | "disabled") =>
    serviceAccounts.update(id, { status }, decidedOn(await version()));
  return {
    secretId: secret.id,
    /** What becomes of the next questions to D1, one by one. */
    steps,
    everyAnswer: (step: Step) => {
      always = step;
    },
    /** How many questions D1 was asked until now. */
    asked: () => asked,
    /** @param ms negative for a clock that jumps back */
    advance: (ms: number) => {
      time.now += ms;
    },
    create,
    addSecret: async () => {
      const { secret: added } = someAccount();
      const act = { actor: someActor("*"), now: time.now, version: await version() };
      await serviceAccounts.addSecret(id, added, time.now + 3_600_000, act);
      return added.id;
    },
    disable: () => set("disabled"),
    enable: () => set("active"),
    remove: () => serviceAccounts.remove(id, someActor("*"), null),
    find: () => judge.find(to),
    findStranger: () => judge.find(stranger),
    catchUp: () => judge.catchUp(to),
    catchUpStranger: () => judge.catchUp(stranger),
    noteUse: (secretId: string, now: number, since = 0) => judge.noteUse(secretId, now, since),
    isBlank: store.isBlank,
  };
}
