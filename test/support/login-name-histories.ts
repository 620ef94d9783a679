import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { vi } from "vitest";
import { durableLoginThrottle } from "../../src/persistence/durable/credentials/login-throttle.ts";
import type {
  AllowedAttempt,
  Attempt,
  LoginThrottle,
} from "../../src/use-cases/credentials/ports.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import type { Exploration } from "./explored.ts";
import {
  type Count,
  inWords,
  type LoginNameCall,
  type LoginNameState,
  loginNameModel,
} from "./model-login-name.ts";
import { surrounded } from "./objects.ts";
import { RecordedHistory } from "./recorded-history.ts";
import { CAUSE, DAY, SECOND, someEmail } from "./samples.ts";
import { CALL_WEATHER, type CallWeather, callIn, weatherOf } from "./weather.ts";

/** How a try ends that was let through; "dies" with the object that counted it. */
type LoginNameStep =
  | { readonly do: "try"; readonly ends: "fail" | "release" | "clear" | "dies" }
  | { readonly do: "wait"; readonly for: number };

/** @property failures before the history, the last of them at its beginning */
type LoginNamePlan = {
  readonly failures: number;
  readonly clients: readonly (readonly LoginNameStep[])[];
  readonly calls: readonly CallWeather[];
};

const step: fc.Arbitrary<LoginNameStep> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("try" as const),
      ends: fc.constantFrom("fail", "fail", "fail", "fail", "release", "release", "clear", "dies"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      for: fc.constantFrom(SECOND, 2 * SECOND, 3_600 * SECOND, DAY, 30 * DAY),
    }),
  },
);

const loginNamePlan: fc.Arbitrary<LoginNamePlan> = fc.record({
  failures: fc.constantFrom(0, 6, 8, 9, 10, 11, 97, 99, 100),
  clients: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 }),
  calls: weatherOf(CALL_WEATHER),
});

/** One login name of the real service, which several clients try at once. */
class TriedName {
  readonly history = new RecordedHistory<LoginNameCall>();
  readonly #name = someEmail();
  readonly #start = Date.now();
  readonly #weather: CallWeather[];

  constructor(weather: readonly CallWeather[]) {
    this.#weather = [...weather];
  }

  /** A fresh stub: a death breaks those that were there. */
  get #stub() {
    return env.LOGIN_THROTTLES.get(env.LOGIN_THROTTLES.idFromName(this.#name));
  }

  async failed(failures: number): Promise<void> {
    if (failures === 0) return;
    await runInDurableObject(this.#stub, (_, { storage }) => {
      storage.kv.put("state", { failures, lastAt: this.#start });
    });
  }

  /** What an outage answers is no answer. */
  async take(by: string, one: LoginNameStep): Promise<void> {
    try {
      await (one.do === "wait" ? this.#wait(by, one.for) : this.#try(by, one.ends));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  #calls(by: string, call: LoginNameCall, through: typeof callIn = callIn): LoginThrottle {
    const recording = surrounded(env.LOGIN_THROTTLES, (_, invoke) => {
      const weather = this.#weather.shift() ?? "calm";
      return this.history.record(
        by,
        call,
        () => through(weather, invoke),
        (answer) => (call.do === "reserve" ? this.#told(answer as Attempt) : ""),
      );
    });
    return durableLoginThrottle(recording, (name) => name);
  }

  #told(attempt: Attempt): string {
    if (attempt.kind === "allowed") return `allowed as ${inWords(this.#count(attempt.reserved))}`;
    return attempt.kind === "locked" ? "locked" : `delayed for ${attempt.retryAfter}`;
  }

  #count = (state: Count): Count => ({ ...state, lastAt: state.lastAt - this.#start });

  async #try(by: string, ends: "fail" | "release" | "clear" | "dies"): Promise<void> {
    // Those that wait for a try would wait long for one of which nobody knows, so its object dies.
    const reserving = this.#calls(by, { do: "reserve" }, async (weather, invoke) => {
      if (weather === "calm") return invoke();
      await invoke();
      await this.#die();
      throw new Unavailable("login throttle");
    });
    const attempt = await reserving.reserve(this.#name);
    if (attempt.kind !== "allowed") return;
    if (ends === "dies") await this.#die();
    else await this.#decide(by, attempt, ends);
  }

  async #decide(by: string, attempt: AllowedAttempt, how: "fail" | "release" | "clear") {
    if (how === "clear") return this.#calls(by, { do: "clear" }).clear(this.#name);
    if (how === "fail") {
      const { failures } = attempt.reserved;
      return this.#calls(by, { do: "fail" }).fail(this.#name, {
        failures,
        userId: null,
        cause: CAUSE,
      });
    }
    const before = attempt.before && this.#count(attempt.before);
    const call = { do: "release", before, reserved: this.#count(attempt.reserved) } as const;
    return this.#calls(by, call).release(this.#name, attempt);
  }

  async #wait(by: string, time: number): Promise<void> {
    const move = () => vi.setSystemTime(Date.now() + time);
    await this.history.record(by, { do: "wait", for: time }, move, () => "");
  }

  async #die(): Promise<void> {
    const dying = runInDurableObject(this.#stub, (_, state) => state.abort("it dies"));
    await dying.catch(() => undefined);
  }
}

async function play(plan: LoginNamePlan) {
  const name = new TriedName(plan.calls);
  await name.failed(plan.failures);
  const clients = plan.clients.map(async (steps, client) => {
    for (const one of steps) await name.take(`c${client + 1}`, one);
  });
  await Promise.all(clients);
  return name.history.operations;
}

export const loginNameHistories: Exploration<LoginNamePlan, LoginNameState, LoginNameCall> = {
  plans: loginNamePlan,
  play,
  modelOf: ({ failures }) => loginNameModel(failures === 0 ? null : { failures, lastAt: 0 }),
};
