import { app } from "./api/http/app.ts";
import { queue } from "./api/queue.ts";
import { scheduled } from "./api/scheduled.ts";
import type { Env } from "./bindings.ts";

export { AuthAdminRpc } from "./api/rpc/admin-rpc.ts";
export { AuthRpc } from "./api/rpc/auth-rpc.ts";
export { UserObject } from "./persistence/durable/accounts/user-object.ts";
export { ServiceAccountObject } from "./persistence/durable/clients/service-account-object.ts";
export { LoginThrottleObject } from "./persistence/durable/credentials/login-throttle-object.ts";

export default {
  fetch: app.fetch,
  queue,
  scheduled,
} satisfies ExportedHandler<Env>;
