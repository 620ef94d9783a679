import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { d1ServiceAccounts } from "../../../src/persistence/d1/clients/service-accounts.ts";
import { durablePrograms } from "../../../src/persistence/durable/clients/programs.ts";
import { ServiceAccountObject } from "../../../src/persistence/durable/clients/service-account-object.ts";
import type {
  NewServiceAccount,
  Programs,
  ServiceAccounts,
} from "../../../src/use-cases/clients/ports.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { HOUR, someActor } from "../../support/samples.ts";
import { scripted } from "../../support/scripted-d1.ts";
import { held, notDone } from "../../support/scripted-record.ts";
import { decidedOn, someAccount } from "../../support/service-account-samples.ts";
import { dumpObject, programObject, withoutTable } from "../../support/storage.ts";
import { unheard } from "../../support/unheard.ts";

const BLANK = { pairs: [], tables: {} };

let serviceAccounts: ServiceAccounts;
let programs: Programs;
let account: NewServiceAccount;

beforeEach(async () => {
  serviceAccounts = d1ServiceAccounts(await emptyDatabase(), unheard);
  programs = durablePrograms(env.SERVICE_ACCOUNTS, HOUR);
  account = someAccount();
  await serviceAccounts.create(account);
});

const find = () => programs.find(account.id);
const disable = () => serviceAccounts.update(account.id, { status: "disabled" }, decidedOn(1));
const stored = (id = account.id) => dumpObject(programObject(id));

it("keeps nothing under an id that nobody has, whoever asks and whatever it is told", async () => {
  const { id, secret } = someAccount();
  await programs.find(id);
  expect(await stored(id)).toEqual(BLANK);
  await programs.catchUp(id);
  await programs.noteUse(id, secret.id, 1, 0);
  expect(await stored(id)).toEqual(BLANK);
  await withoutTable("service_accounts", () => expect(programs.find(id)).rejects.toThrow());
  expect(await stored(id)).toEqual(BLANK);
});

it("REV-02 keeps nothing of an account that is gone", async () => {
  await find();
  expect(await stored()).not.toEqual(BLANK);
  await serviceAccounts.remove(account.id, someActor("*"), 1);
  await programs.catchUp(account.id);
  expect(await stored()).toEqual(BLANK);
});

it("keeps of a secret its hash and nothing that opens anything", async () => {
  await find();
  await programs.noteUse(account.id, account.secret.id, 1, 0);
  const { id, hash } = account.secret;
  expect(await stored()).toMatchObject({
    pairs: [
      ["standing/1", { standing: { secrets: [{ id, hash, lastUsedAt: 1, expiresAt: null }] } }],
    ],
    tables: {},
  });
});

it("CFW-05 an object that starts anew still knows that its account changed", async () => {
  await find();
  await disable();
  await withoutTable("service_accounts", async () => {
    await expect(programs.catchUp(account.id)).rejects.toThrow(Unavailable);
    await evictDurableObject(programObject(account.id));
    await expect(find()).rejects.toThrow(Unavailable);
  });
  expect(await find()).toMatchObject({ status: "disabled" });
});

it("an object that starts anew answers by its copy without D1", async () => {
  const before = await find();
  await evictDurableObject(programObject(account.id));
  await withoutTable("service_accounts", async () => expect(await find()).toEqual(before));
});

/** Works on a new object that knows nobody, over a D1 whose next answers are given. */
const over = (
  steps: Parameters<typeof scripted>[0],
  work: (object: ServiceAccountObject) => Promise<void>,
) =>
  runInDurableObject(programObject(account.id), (_, state) =>
    work(new ServiceAccountObject(state, { ...env, DB: scripted(steps) })),
  );

it("CFW-01 a reading that began before a change was told is made anew", async () => {
  const reading = held();
  const to = { id: account.id, maxAge: HOUR };
  await over([reading.step], async (object) => {
    const found = object.find(to);
    await reading.isDone;
    await disable();
    expect(await object.catchUp(to)).toEqual({ kind: "done" });
    reading.letGo();
    const after = { kind: "found", standing: { status: "disabled", version: 2 } };
    expect(await found).toMatchObject(after);
    expect(await object.find(to)).toMatchObject(after);
  });
});

it("RAT-05 an outage leaves the object as a value, for the Worker to tell it from a refusal", async () => {
  const to = { id: account.id, maxAge: HOUR };
  const outage = { kind: "unavailable", dependency: "d1" };
  await over([notDone], async (object) => {
    expect(await object.find(to)).toEqual(outage);
    expect(await object.find(to)).toMatchObject({ kind: "found" });
  });
  await over([notDone], async (object) => {
    expect(await object.catchUp(to)).toEqual(outage);
    expect(await object.find(to)).toMatchObject({ kind: "found" });
  });
});
