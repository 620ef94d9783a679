import * as operation from "./auth-service-operations.ts";
import { accounts, authServiceWorker, COMPATIBILITY, ISSUER, migrations } from "./product.ts";
import type { Bundles, Launch, Server } from "./server.ts";

/** Accounts in D1 before anything is measured; the growth tables vary it. */
const USERS = 1_000;

/** With the faster engine, and everything that does not depend on the engine. */
export const authService: Server = {
  name: "auth-service",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "native"),
  operations: [
    operation.signUp("sign-up, node:crypto"),
    operation.signIn("sign-in, node:crypto"),
    operation.refresh,
    operation.refreshOfOneUser,
    operation.replayedRefresh,
    operation.checkOffline,
    operation.checkNow,
    operation.verifyByRpc("offline"),
    operation.verifyByRpc("10"),
    operation.verifyByRpc("0"),
    operation.introspection,
    operation.keySet,
    operation.forgedAccessToken,
    operation.forgedRefreshToken,
  ],
};

/** With the engine that it ships with. */
export const authServiceNoble: Server = {
  name: "auth-service, noble",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "noble"),
  operations: [operation.signUp("sign-up, noble"), operation.signIn("sign-in, noble")],
};

export function launch(
  directory: string,
  bundles: Bundles,
  engine: "noble" | "native",
  seed: readonly string[] = accounts(USERS),
): Launch {
  const auth = "auth-service";
  return {
    kind: "workerd",
    specification: {
      persist: directory,
      workers: [
        authServiceWorker(bundles.get(auth) ?? "", engine),
        {
          name: "caller",
          script: bundles.get("caller") ?? "",
          ...COMPATIBILITY,
          serviceBindings: { AUTH: { name: auth, entrypoint: "AuthRpc" } },
        },
        {
          name: "resource",
          script: bundles.get("resource") ?? "",
          ...COMPATIBILITY,
          bindings: { ISSUER, AUDIENCE: ISSUER },
          serviceBindings: { ISSUER_HTTP: auth },
        },
      ],
      seed: [{ worker: auth, binding: "DB", statements: [...migrations(), ...seed] }],
    },
  };
}
