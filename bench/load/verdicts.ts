import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { signedIn } from "../servers/auth-service.ts";
import { bearer, expect, get } from "../servers/http.ts";
import { originOf, type Running } from "../servers/server.ts";
import type { Journal } from "./clients.ts";
import type { Done } from "./crowd.ts";
import { type Sample, type Samples, slope } from "./memory.ts";

export type Verdict = { readonly what: string; readonly holds: boolean; readonly detail: string };

/** Sessions that a person may have: `MAX_SESSIONS` of the service. */
const MAX_SESSIONS = 100;
/** Growth of an isolate's memory that is none, MiB a minute: a garbage collector's luck. */
const FLAT = 2;
/** How long events and mails may take to arrive after the last request. */
const ARRIVAL = 90_000;

export function replies({ faults, replies: seen }: Journal): Verdict {
  const list = [...seen].map(([key, count]) => `${key}: ${count}`).sort();
  const detail = [...list, ...faults.slice(0, 10)].join("; ");
  return { what: "no reply but right ones, 429 and 503", holds: faults.length === 0, detail };
}

/** Sign-ins are told of, not judged: a flood that never waits may leave them no room in the line. */
export function answered({ gaps }: Journal, kinds: readonly string[]): Verdict {
  const list = [...kinds, "sign-in"].map(
    (kind) => `${kind} ${gaps.get(kind)?.toFixed(0) ?? "never"}`,
  );
  return {
    what: "refreshes and checks go on",
    holds: kinds.every((kind) => gaps.has(kind)),
    detail: `longest wait for a good reply, ms: ${list.join(", ")}`,
  };
}

export async function events(running: Running, done: Done): Promise<Verdict> {
  const { access_token } = await signedIn(running, 0); // an administrator
  const wanted = [...done.signIns.values()].reduce((sum, count) => sum + count, 1);
  const found = await until(async () => {
    const ids = new Set<string>();
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = `type=session.opened&limit=100${cursor && `&cursor=${cursor}`}`;
      const exchange = get(`/v1/audit-events?${query}`, bearer(access_token));
      const page = JSON.parse((await expect(200, originOf(running), exchange)).body);
      for (const { id } of page.events) ids.add(id);
      cursor = page.next_cursor;
    }
    return ids.size;
  }, wanted);
  const detail = `${found} events of ${wanted} sign-ins`;
  return { what: "every sign-in that was answered has its event", holds: found >= wanted, detail };
}

export async function mails(server: string, { mailed }: Done): Promise<Verdict> {
  const missing = new Set(mailed);
  await until(async () => {
    for (const email of missing) {
      const kept = await (await fetch(`${server}?to=${encodeURIComponent(email)}`)).json();
      if (Array.isArray(kept) && kept.length > 0) missing.delete(email);
    }
    return mailed.size - missing.size;
  }, mailed.size);
  const detail = `${mailed.size - missing.size} mails of ${mailed.size} requests`;
  return { what: "every mail that was promised was sent", holds: missing.size === 0, detail };
}

export async function sessions(running: Running, { signIns }: Done): Promise<Verdict> {
  const [busiest = 0] = [...signIns].sort(([, a], [, b]) => b - a)[0] ?? [];
  const { access_token } = await signedIn(running, busiest);
  const exchange = get("/v1/auth/sessions", bearer(access_token));
  const { length } = JSON.parse((await expect(200, originOf(running), exchange)).body).sessions;
  const detail = `${length} sessions after ${(signIns.get(busiest) ?? 0) + 1} sign-ins`;
  return { what: "sessions of a person are bounded", holds: length <= MAX_SESSIONS, detail };
}

/** An object for each name that is tried wrongly, for a day; none for what was never hashed. */
export function throttles(directory: string, { tried }: Done): Verdict {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.includes("LoginThrottleObject") && /[0-9a-f]{64}\.sqlite$/.test(file),
  );
  const bytes = files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
  const detail = `${files.length} objects, ${(bytes / 2 ** 20).toFixed(1)} MiB, of ${tried.size} names`;
  return { what: "no more throttle objects than names", holds: files.length <= tried.size, detail };
}

/**
 * What the service holds is judged. What the runtime's process has is told of: with every database
 * that it ever opened, the simulators of D1, KV and queues, and what its allocator keeps.
 *
 * @param rested of the process after a pause without requests, in MiB
 */
export function memoryIsFlat({ heap, process }: Samples, rested: number): Verdict {
  const growth = slope(heap);
  const detail = `isolate ${told(heap)}; process ${told(process)}, ${rested.toFixed(0)} after a pause`;
  return { what: "the isolate's memory is flat", holds: growth <= FLAT, detail };
}

function told(samples: readonly Sample[]): string {
  const all = samples.map(({ mib }) => mib);
  const [least, most] = [Math.min(...all).toFixed(0), Math.max(...all).toFixed(0)];
  return `${slope(samples).toFixed(1)} MiB a minute over the last two thirds, ${least} to ${most} MiB`;
}

/** Asks until there are so many, or it has taken too long. */
async function until(count: () => Promise<number>, wanted: number): Promise<number> {
  const end = performance.now() + ARRIVAL;
  let found = await count();
  while (found < wanted && performance.now() < end) {
    await pause(1_000);
    found = await count();
  }
  return found;
}
