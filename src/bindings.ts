import type { UserObject } from "./persistence/durable/accounts/user-object.ts";
import type { ServiceAccountObject } from "./persistence/durable/clients/service-account-object.ts";
import type { LoginThrottleObject } from "./persistence/durable/credentials/login-throttle-object.ts";
import type { MailRequest } from "./use-cases/accounts/mail-request.ts";
import type { EventMessage } from "./use-cases/events/ports.ts";

/** The bindings that wrangler.toml declares. Vars and secrets are read through core/config/config.ts only. */
export interface Env {
  readonly DB: D1Database;
  readonly AUDIT_DB: D1Database;
  readonly EVENTS: Queue<EventMessage | MailRequest>;
  readonly JWKS_CACHE: KVNamespace;
  readonly USERS: DurableObjectNamespace<UserObject>;
  readonly SERVICE_ACCOUNTS: DurableObjectNamespace<ServiceAccountObject>;
  readonly LOGIN_THROTTLES: DurableObjectNamespace<LoginThrottleObject>;
  readonly ADDRESS_LIMIT: RateLimit;
  readonly SHARED_LIMIT: RateLimit;
  readonly CLIENT_LIMIT: RateLimit;
  readonly MAIL: SendEmail;
  /** Optional: without it nothing is measured (docs/observability.md). */
  readonly METRICS?: AnalyticsEngineDataset;
}
