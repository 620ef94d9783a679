import { d1AuditTrail } from "../../../src/persistence/d1/audit/audit-trail.ts";
import { auditTrailContract } from "../../contracts/audit-trail.ts";
import { quietAuditDatabase } from "../../support/empty-database.ts";
import { unheard } from "../../support/unheard.ts";

auditTrailContract(async () => d1AuditTrail(await quietAuditDatabase(), Date.now, unheard));
