import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { app } from "../../src/api/http/app.ts";
import type { Env } from "../../src/bindings.ts";
import { AuthAdminRpc, AuthRpc } from "../../src/index.ts";
import { client } from "./client.ts";

/** The entrypoint as another Worker's service binding reaches it: over real RPC. */
export const rpc = exports.AuthRpc;

/** The administrative one, over a binding that was deployed with these props. */
export const adminRpc = (props: unknown) => exports.AuthAdminRpc({ props: props as object });

/**
 * The same class over bindings of which some are replaced, with caches of its own, as a fresh
 * isolate has. It is called directly: the runtime hands out its own bindings only.
 */
export function rpcWith(overrides: Record<string, unknown>): AuthRpc {
  const replaced: Env = { ...env, ...overrides };
  return new AuthRpc(createExecutionContext(), replaced);
}

/** One isolate, asked over HTTP and over RPC: both share its copies. */
export function isolateWith(overrides: Record<string, unknown>) {
  const replaced: Env = { ...env, ...overrides };
  const http = client((request) => app.fetch(request, replaced));
  return { http, rpc: new AuthRpc(createExecutionContext(), replaced) };
}

/** The administrative one likewise, over a binding that was deployed with these props. */
export function adminRpcWith(overrides: Record<string, unknown>, props: object): AuthAdminRpc {
  const replaced: Env = { ...env, ...overrides };
  return new AuthAdminRpc(Object.assign(createExecutionContext(), { props }), replaced);
}

/** Calls a method by whatever name, as a caller who does not look at types could. */
export function invoke(stub: object, name: string, ...args: unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(stub, name);
  if (typeof method !== "function") throw new Error(`no method ${name}`);
  return Promise.resolve(Reflect.apply(method, stub, args));
}
