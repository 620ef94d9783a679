import { auditTrailContract } from "../../contracts/audit-trail.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";

auditTrailContract(async () => memoryAuditTrail());
