import { describe, expect, it } from "vitest";
import { programOf } from "../../../src/domain/clients/service-account.ts";
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from "../../../src/use-cases/clients/authenticate-client.ts";
import { createServiceAccount } from "../../../src/use-cases/clients/create-service-account.ts";
import { issueClientToken } from "../../../src/use-cases/clients/issue-client-token.ts";
import { rotateClientSecret } from "../../../src/use-cases/clients/rotate-client-secret.ts";
import { updateServiceAccount } from "../../../src/use-cases/clients/update-service-account.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { plainSigner } from "../../support/fakes/token-signer.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { HOUR, SECOND, someId } from "../../support/samples.ts";

/** A program that authenticates at a time of its own, and what is written down of it. */
async function program() {
  const service = programService();
  const start = service.deps.clock();
  const time = { now: start };
  const noted: string[] = [];
  const deferred: (() => Promise<unknown>)[] = [];
  const serviceAccounts = {
    ...service.deps.serviceAccounts,
    noteUse: async (secretId: string, now: number, since: number) => {
      noted.push(secretId);
      await service.deps.serviceAccounts.noteUse(secretId, now, since);
    },
  };
  const deps: ClientAuthenticationDeps = {
    ...service.deps,
    serviceAccounts,
    clock: () => time.now,
    defer: (work) => void deferred.push(work),
  };
  const make = async () => {
    const { account, secret, secretId } = unwrapped(
      await createServiceAccount(service.deps, ADMIN_ACTOR, { name: "nightly", roles: [] }),
    );
    return { id: account.id, secret, secretId };
  };
  const authenticate = async (id: string, secret: string) =>
    codeOf(await authenticateClient(deps, { id, secret }));
  /** All that was put off until after the reply, in order. */
  const settled = async () => {
    for (const work of deferred.splice(0)) await work();
  };
  return { service, time, noted, make, authenticate, settled };
}

describe("a program authenticates", () => {
  it("by its own secret alone, whether that was made here or is a guess", async () => {
    const { make, authenticate } = await program();
    const [one, other] = [await make(), await make()];
    expect(await authenticate(one.id, one.secret)).toBe("done");
    for (const secret of [other.secret, "a guess", "", `${one.secret}A`, one.secret.slice(4)]) {
      expect(await authenticate(one.id, secret)).toBe("invalid_client");
    }
    expect(await authenticate(`svc_${"A".repeat(22)}`, one.secret)).toBe("invalid_client");
    expect(await authenticate("no id", one.secret)).toBe("invalid_client");
  });

  it("until its secret expires, and not a moment longer", async () => {
    const { service, time, make, authenticate } = await program();
    const { id, secret } = await make();
    const next = unwrapped(await rotateClientSecret(service.deps, ADMIN_ACTOR, id));
    const end = service.deps.clock() + service.deps.clientSecretOverlap;
    time.now = end - 1;
    expect(await authenticate(id, secret)).toBe("done");
    time.now = end;
    expect(await authenticate(id, secret)).toBe("invalid_client");
    expect(await authenticate(id, next.secret)).toBe("done");
  });

  it("REV-02 only while it is enabled", async () => {
    const { service, make, authenticate } = await program();
    const { id, secret } = await make();
    const set = (status: "active" | "disabled") =>
      updateServiceAccount(service.deps, ADMIN_ACTOR, id, { status });
    unwrapped(await set("disabled"));
    expect(await authenticate(id, secret)).toBe("invalid_client");
    unwrapped(await set("active"));
    expect(await authenticate(id, secret)).toBe("done");
  });
});

describe("a use of a secret", () => {
  it("is written down once an hour, however many there are at once", async () => {
    const { time, noted, make, authenticate, settled } = await program();
    const { id, secret, secretId } = await make();
    for (let i = 0; i < 3; i++) await authenticate(id, secret);
    await settled();
    expect(noted).toEqual([secretId]);
    time.now += HOUR - 1;
    await authenticate(id, secret);
    await settled();
    expect(noted).toEqual([secretId]);
    time.now += 1;
    await authenticate(id, secret);
    await settled();
    expect(noted).toEqual([secretId, secretId]);
  });
});

it("the token of a program is its own: of whole seconds, without a session or a proof", async () => {
  const { service, make } = await program();
  const { id } = await make();
  const found = await service.deps.programs.find(id);
  if (found === null) throw new Error("the program was not made");
  const now = service.deps.clock();
  const deps = {
    signer: plainSigner,
    clock: () => now + 999,
    newTokenId: someId,
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
    accessTokenTtl: 600 * SECOND,
  };
  const { value } = await issueClientToken(deps, programOf(found));
  expect(value.expiresIn).toBe(600);
  const { jti, ...claims } = JSON.parse(value.accessToken);
  expect(jti).not.toBe("");
  expect(claims).toEqual({
    iss: "https://auth.example.com",
    sub: id,
    aud: "https://api.example.com",
    exp: now / SECOND + 600,
    iat: now / SECOND,
    client_id: id,
    ver: found.version,
    auth_time: now / SECOND,
    amr: [],
    roles: [],
    permissions: [],
  });
});
