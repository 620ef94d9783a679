import type { World } from "./world.ts";

/**
 * What can go wrong, by name. A step of the plan names those that may strike what it causes; where
 * one can, the code asks `strikes`. A new fault is a line here and the place that asks for it.
 */
export const FAULTS = {
  "request lost": 0.25,
  "reply lost": 0.25,
  "request twice": 0.3,
  "slow network": 1,
  "isolate dies": 0.08,
  "d1 refuses": 0.15,
  "d1 reply lost": 0.2,
  "d1 late": 0.15,
  "object out of reach": 0.15,
  "object reply lost": 0.2,
  "object crashes": 0.15,
  "object evicted": 0.3,
  "alarm late": 0.5,
  "alarm twice": 0.5,
  "kv refuses": 0.5,
  "queue refuses": 0.3,
  "queue reply lost": 0.3,
  "message twice": 0.5,
  "message late": 0.3,
  "audit refuses": 0.3,
  "audit reply lost": 0.3,
  "audit late": 0.3,
  "mail refuses": 0.4,
  "mail reply lost": 0.4,
  "mail late": 0.4,
  "kv late": 0.7,
} as const satisfies Readonly<Record<string, number>>;

export type Fault = keyof typeof FAULTS;

/** Whether a fault strikes here and now; none does once all is calm. */
export function strikes({ scheduler, isCalm }: World, fault: Fault): boolean {
  const { faults, random, struck } = scheduler.context;
  if (isCalm() || !faults.includes(fault) || !random.chance(FAULTS[fault])) return false;
  struck.push(fault);
  return true;
}
