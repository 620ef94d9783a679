import { app } from "./api/app.ts";
import { scheduled } from "./api/scheduled.ts";
import type { Env } from "./env.ts";

export { AuthAdminRpc } from "./api/admin-rpc.ts";
export { AuthRpc } from "./api/rpc.ts";
export { LoginThrottleObject } from "./persistence/durable/login-throttle-object.ts";
export { UserObject } from "./persistence/durable/user-object.ts";

export default {
  fetch: app.fetch,
  scheduled,
} satisfies ExportedHandler<Env>;
