import type { Faults } from "./faulty-env.ts";

/** What the wrapper can be told, beside what the service can be asked. */
export type Control =
  | { readonly kind: "faults"; readonly faults: Faults }
  | { readonly kind: "rows"; readonly database: "DB" | "AUDIT_DB"; readonly query: string }
  | { readonly kind: "cron"; readonly cron: string }
  | { readonly kind: "kept messages" };

/** @throws when the runtime is gone, or what was asked went wrong in it */
export async function tell(origin: string, control: Control): Promise<unknown> {
  const body = JSON.stringify(control);
  const response = await fetch(`${origin}/control`, { method: "POST", body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${control.kind}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
