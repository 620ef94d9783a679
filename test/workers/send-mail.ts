import type { Env } from "../../src/bindings.ts";
import { parseConfig } from "../../src/core/config/config.ts";
import { consoleLog } from "../../src/core/logging.ts";
import service, {
  AuthAdminRpc,
  AuthRpc,
  LoginThrottleObject,
  ServiceAccountObject,
  UserObject,
} from "../../src/index.ts";
import type { Mail } from "../../src/use-cases/accounts/mail.ts";
import { wireMail } from "../../src/wiring/mail.ts";

export { AuthAdminRpc, AuthRpc, LoginThrottleObject, ServiceAccountObject, UserObject };

/** The service, and a path at which it sends what it is told. */
export default {
  ...service,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/send-mail") return service.fetch(request, env, context);
    const config = parseConfig(env);
    if (!config.ok) return Response.json(config.problems, { status: 503 });
    const { mailSender } = wireMail(env, config.value, { clock: Date.now, log: consoleLog });
    return new Response(await mailSender.send(await request.json<Mail>()));
  },
} satisfies ExportedHandler<Env>;
