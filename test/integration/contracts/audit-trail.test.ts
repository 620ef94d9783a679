import { env } from "cloudflare:workers";
import { auditTrailContract } from "../../contracts/audit-trail.ts";
import { auditTrail } from "../../support/events.ts";

auditTrailContract(async () => {
  await env.AUDIT_DB.prepare("delete from events").run();
  return auditTrail();
});
