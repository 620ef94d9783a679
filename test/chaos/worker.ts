import type { Env } from "../../src/bindings.ts";
import service, {
  LoginThrottleObject as LoginThrottle,
  ServiceAccountObject as ServiceAccount,
  UserObject as User,
} from "../../src/index.ts";
import type { Control } from "./control.ts";
import { faultyEnv, setFaults } from "./faulty-env.ts";
import { type ChaosEnv, KeptMessages, retryIn } from "./kept-messages.ts";

/*
 * The service as it is deployed, over bindings that fail where they are told to. What tells them is
 * a route that only this wrapper has.
 */

export { KeptMessages };

export class UserObject extends User {
  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, chaotic(env));
  }
}

export class LoginThrottleObject extends LoginThrottle {
  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, chaotic(env));
  }
}

export class ServiceAccountObject extends ServiceAccount {
  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, chaotic(env));
  }
}

const keeping = new WeakMap<ChaosEnv, ChaosEnv>();

/** Events go the runtime's own way; requests for mail, which nothing repeats, are kept. */
function chaotic(env: ChaosEnv): Env {
  const known = keeping.get(env);
  if (known !== undefined) return faultyEnv(known);
  const kept: Env["EVENTS"] = new Proxy(env.EVENTS, {
    get(target, key) {
      if (key === "send") return messagesOf(env).keep;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const made = { ...env, EVENTS: kept };
  keeping.set(env, made);
  return faultyEnv(made);
}

const messagesOf = (env: ChaosEnv) => env.KEPT_MESSAGES.get(env.KEPT_MESSAGES.idFromName("all"));

async function control(request: Request, env: ChaosEnv): Promise<Response> {
  const asked: Control = await request.json();
  switch (asked.kind) {
    case "faults":
      setFaults(asked.faults);
      return Response.json(null);
    case "rows":
      return Response.json((await env[asked.database].prepare(asked.query).run()).results);
    case "kept messages":
      return Response.json(await messagesOf(env).bring());
    case "cron": {
      const { cron } = asked;
      const controller = { cron, scheduledTime: Date.now(), noRetry: () => undefined };
      await service.scheduled(controller, chaotic(env));
      return Response.json(null);
    }
  }
}

const hurried = (batch: MessageBatch, env: ChaosEnv): MessageBatch => ({
  queue: batch.queue,
  metadata: batch.metadata,
  messages: batch.messages.map((message) => ({
    id: message.id,
    timestamp: message.timestamp,
    body: message.body,
    attempts: message.attempts,
    ack: () => message.ack(),
    retry: ({ delaySeconds = 0 } = {}) =>
      message.retry({ delaySeconds: retryIn(env, delaySeconds) }),
  })),
  ackAll: () => batch.ackAll(),
  retryAll: ({ delaySeconds = 0 } = {}) =>
    batch.retryAll({ delaySeconds: retryIn(env, delaySeconds) }),
});

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/control") return control(request, env);
    return service.fetch(request, chaotic(env), ctx);
  },
  queue: (batch, env) => service.queue(hurried(batch, env), chaotic(env)),
  scheduled: (controller, env) => service.scheduled(controller, chaotic(env)),
} satisfies ExportedHandler<ChaosEnv>;
