import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { d1AuditTrail } from "../../../src/persistence/d1/audit/audit-trail.ts";
import { d1Erasures } from "../../../src/persistence/d1/audit/erasures.ts";
import { database } from "../../../src/persistence/d1/database.ts";
import { erasuresContract } from "../../contracts/erasures.ts";
import { quietAuditDatabase } from "../../support/empty-database.ts";
import { someAct, someDeletion } from "../../support/event-samples.ts";
import { metered } from "../../support/metered-d1.ts";
import { someUserId } from "../../support/samples.ts";
import { unheard } from "../../support/unheard.ts";

erasuresContract(async () => {
  const db = await quietAuditDatabase();
  return { audit: d1AuditTrail(db, Date.now, unheard), erasures: d1Erasures(db) };
});

it("a step reads no more than what is left to erase, however long the trail", async () => {
  const audit = d1AuditTrail(await quietAuditDatabase(), Date.now, unheard);
  const read: number[] = [];
  const erasures = d1Erasures(database(metered(env.QUIET_AUDIT_DB, read)));
  const [id, other] = [someUserId(), someUserId()];
  const anyone = { kind: "anyone", id: "anyone" } as const;
  for (const whose of [id, other]) {
    await audit.store(Array.from({ length: 1_000 }, () => someAct(whose)));
    await audit.store(Array.from({ length: 1_000 }, () => someAct(whose, { actor: anyone })));
  }
  await audit.store([someDeletion(id)]);
  for (let step = 0; step < 20; step++) expect(await erasures.erase([id], 100)).toBe(100);
  expect(await erasures.erase([id], 100)).toBe(0);
  expect(Math.max(...read)).toBeLessThan(1_000);
  expect(read.at(-1)).toBeLessThan(10);
});
