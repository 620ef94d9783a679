import { env } from "cloudflare:workers";
import fc from "fast-check";
import { vi } from "vitest";
import { objectError } from "./objects.ts";
import type { Batch } from "./scripted-d1.ts";

/** What becomes of one call to an object, beyond its answer. */
export const CALL_WEATHER = ["calm", "request lost", "reply lost", "broken"] as const;
export type CallWeather = (typeof CALL_WEATHER)[number];

/** What becomes of one transaction of D1: "late" is done only after it was given up. */
export const D1_WEATHER = ["calm", "slow", "slow reply", "not done", "reply lost", "late"] as const;
export type D1Weather = (typeof D1_WEATHER)[number];

/** Mostly calm, since what breaks off tells little; now and then a storm that outlasts repetitions. */
export const weatherOf = <W extends string>(kinds: readonly (W | "calm")[]) =>
  fc.oneof({ weight: 3, arbitrary: spells(kinds, 2) }, { weight: 1, arbitrary: spells(kinds, 24) });

const spells = <W extends string>(kinds: readonly (W | "calm")[], weight: number) =>
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant("calm" as const) },
      { weight, arbitrary: fc.constantFrom(...kinds) },
    ),
    { maxLength: 16 },
  );

/** Calls an object as the network lets it. What is lost may be asked for again, the rest may not. */
export async function callIn<T>(weather: CallWeather, invoke: () => Promise<T>): Promise<T> {
  if (weather === "request lost") throw objectError({ retryable: true });
  const answer = await invoke();
  if (weather === "calm") return answer;
  throw objectError({ retryable: weather === "reply lost" });
}

/** A transaction of D1 that no weather touches. */
const calmBatch: Batch = Object.getPrototypeOf(env.DB).batch;

/** D1 in good weather, whatever befalls the others. */
export const calmD1: D1Database = new Proxy(env.DB, {
  get(target, key) {
    const value: unknown = key === "batch" ? calmBatch : Reflect.get(target, key, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
});

const roundTrip = () => env.DB.prepare("select 1").run();

/** The next transactions of users' objects fare as told: one each, then calmly. */
export function stormyD1(weather: readonly D1Weather[]): void {
  const coming = [...weather];
  const d1: { batch: Batch } = Object.getPrototypeOf(env.DB);
  vi.spyOn(d1, "batch").mockImplementation(function (this: D1Database, statements) {
    const run = () => calmBatch.call(this, statements);
    return isOfObject(statements) ? batchIn(coming.shift() ?? "calm", run) : run();
  });
}

/** Whatever an object asks of D1 ends with the row that is left. */
function isOfObject(statements: readonly D1PreparedStatement[]): boolean {
  const last: unknown = Reflect.get(statements.at(-1) ?? {}, "statement");
  return typeof last === "string" && /from users where id = \?\s*$/.test(last);
}

async function batchIn(weather: D1Weather, run: () => ReturnType<Batch>): ReturnType<Batch> {
  switch (weather) {
    case "calm":
      return run();
    case "slow":
      await roundTrip();
      return run();
    case "slow reply": {
      const result = await run();
      await roundTrip();
      return result;
    }
    case "reply lost":
      await run();
      break;
    case "late":
      void roundTrip()
        .then(run)
        .catch(() => undefined);
      break;
    case "not done":
      break;
  }
  throw new Error("Network connection lost.");
}
