import { type CodeFlow, tryCode } from "../../domain/credentials/code-flow.ts";
import type { CodeFlowStore } from "./ports.ts";

/*
 * The tries at mailed codes for one login name, beside the count of all tries. Every call is one
 * synchronous step.
 */

/** @returns what to keep of the flow if the try is let through, or null when it may not be */
export const nextTry = (
  store: CodeFlowStore,
  { id, endsAt }: { readonly id: string; readonly endsAt: number },
  now: number,
): CodeFlow | null => tryCode(store.get(id) ?? null, endsAt, now);

/** @returns false when its code was right before, or it is over */
export function spendFlow(store: CodeFlowStore, id: string, now: number): boolean {
  const flow = store.get(id);
  if (flow === undefined || flow.isSpent || flow.endsAt <= now) return false;
  store.set(id, { ...flow, isSpent: true });
  return true;
}

export function purgeFlows(store: CodeFlowStore, now: number): void {
  for (const [id, { endsAt }] of store.entries()) if (endsAt <= now) store.delete(id);
}

/** When the next is forgotten (Unix milliseconds), or null when there is none. */
export function nextFlowEnd(store: CodeFlowStore): number | null {
  const ends = [...store.entries()].map(([, { endsAt }]) => endsAt);
  return ends.length === 0 ? null : Math.min(...ends);
}
