import { erasuresContract } from "../../contracts/erasures.ts";
import { memoryAuditTrail } from "../../support/fakes/audit-trail.ts";

erasuresContract(async () => {
  const trail = memoryAuditTrail();
  return { audit: trail, erasures: trail };
});
