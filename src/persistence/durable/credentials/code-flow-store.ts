import type { CodeFlow } from "../../../domain/credentials/code-flow.ts";
import type { CodeFlowStore } from "../../../use-cases/credentials/ports.ts";

const PREFIX = "flow/";

/** Mailed codes that were tried, as the object of a login name stores them. */
export const kvCodeFlowStore = (kv: SyncKvStorage): CodeFlowStore => ({
  get: (id) => kv.get<CodeFlow>(PREFIX + id),
  set: (id, flow) => kv.put(PREFIX + id, flow),
  delete: (id) => kv.delete(PREFIX + id),
  entries: () =>
    [...kv.list<CodeFlow>({ prefix: PREFIX })].map(
      ([key, flow]) => [key.slice(PREFIX.length), flow] as const,
    ),
});
