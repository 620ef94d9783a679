import { check, keySet, refresh, signIn, signUp, WORKER } from "./openauth-operations.ts";
import { COMPATIBILITY, ISSUER } from "./product.ts";
import type { Bundles, Launch, Server } from "./server.ts";

/** Hashing as shipped, and everything that does not depend on it. */
export const openauth: Server = {
  name: "openauth",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "shipped"),
  operations: [signUp, signIn, refresh, check, keySet],
};

export const openauthEqualHash: Server = {
  name: "openauth, equal hash",
  runtime: "workerd",
  launch: (directory, bundles) => launch(directory, bundles, "equal"),
  operations: [signUp, signIn],
};

function launch(directory: string, bundles: Bundles, hash: "shipped" | "equal"): Launch {
  return {
    kind: "workerd",
    specification: {
      persist: directory,
      workers: [
        {
          name: WORKER,
          script: bundles.get("openauth") ?? "",
          ...COMPATIBILITY,
          bindings: { ISSUER, HASH: hash },
          kvNamespaces: { STORAGE: "openauth" },
        },
      ],
      seed: [],
    },
  };
}
