import type { CodeFlow } from "../../../domain/credentials/code-flow.ts";
import type { CodeFlowStore } from "../../../use-cases/credentials/ports.ts";
import { kvMap } from "../kv-map.ts";

/** Mailed codes that were tried, as the object of a login name stores them. */
export const kvCodeFlowStore = (kv: SyncKvStorage): CodeFlowStore =>
  kvMap<string, CodeFlow>(kv, "flow/");
