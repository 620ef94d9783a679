import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createVerifier } from "../../../src/client/verifier.ts";

it("a binding to another entrypoint is a mistake that is named, and no outage", async () => {
  const binding: unknown = exports.AuthAdminRpc({ props: { caller: "orders", permissions: [] } });
  const verifier: ReturnType<typeof createVerifier> = Reflect.apply(createVerifier, null, [
    { binding },
  ]);
  await expect(verifier.verify("token")).rejects.toThrow('bind the entrypoint "AuthRpc"');
});
