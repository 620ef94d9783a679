import { describe, expect, it } from "vitest";
import { liveness } from "../../../src/core/memory/liveness.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { authenticateClient } from "../../../src/use-cases/clients/authenticate-client.ts";
import { createServiceAccount } from "../../../src/use-cases/clients/create-service-account.ts";
import { issueClientToken } from "../../../src/use-cases/clients/issue-client-token.ts";
import { liveAuthority } from "../../../src/use-cases/tokens/live-authority.ts";
import type { LiveAuthority } from "../../../src/use-cases/tokens/ports.ts";
import { verifyToken } from "../../../src/use-cases/tokens/verify-token.ts";
import { refusedBy, unwrapped } from "../../support/answers.ts";
import { plainSigner } from "../../support/fakes/token-signer.ts";
import { memoryService } from "../../support/memory-service.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { SECOND, someActor, someId } from "../../support/samples.ts";

/** A program whose secret somebody without a right to more has made, and its token. */
async function program() {
  const service = programService();
  await service.role("base", "reports:read");
  const maker = someActor("reports:*", "roles:assign");
  const made = await createServiceAccount(service.deps, maker, { name: "x", roles: ["base"] });
  if (!made.ok) throw new Error(made.error);
  const noted: Promise<unknown>[] = [];
  const deps = {
    ...service.deps,
    defer: (work: () => Promise<unknown>) => void noted.push(work()),
    sessions: memoryService().deps.sessions,
    signer: plainSigner,
    newTokenId: someId,
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
    accessTokenTtl: 600 * SECOND,
  };
  const credentials = { id: made.value.account.id, secret: made.value.secret };
  const token = async () => {
    const known = await authenticateClient(deps, credentials);
    return known.ok ? (await issueClientToken(deps, known.value)).value.accessToken : null;
  };
  const raise = () =>
    updateRole(deps, ADMIN_ACTOR, "base", { permissions: ["reports:read", "users:write"] });
  return { deps, token, raise, credentials };
}

/** A verifier that takes what plainSigner signs; what is asked of the accounts can be watched. */
function verifying(
  deps: Awaited<ReturnType<typeof program>>["deps"],
  asking: (answer: LiveAuthority | null) => Promise<LiveAuthority | null> = async (answer) =>
    answer,
) {
  const ask = async (claims: AccessTokenClaims) => asking(await liveAuthority(deps, claims, false));
  return {
    ...deps,
    verifier: { verify: async (token: string): Promise<AccessTokenClaims> => JSON.parse(token) },
    liveness: liveness(ask, deps.clock),
  };
}

describe("AUZ-03 a token of a secret that a raise ends", () => {
  it("is refused from then on, also where a younger token of the account was just asked for", async () => {
    const { deps, token, raise } = await program();
    const old = await token();
    const verifier = verifying(deps);
    const verdict = (maxStaleness: number) => verifyToken(verifier, old ?? "", { maxStaleness });
    expect(await verdict(0)).toMatchObject({ ok: true, value: { permissions: ["reports:read"] } });
    expect(await raise()).toMatchObject({ ok: true });
    // An answer of some age is that of the account as it was then.
    expect(await verdict(30)).toMatchObject({ value: { permissions: ["reports:read"] } });
    expect(await verdict(0)).toEqual(refusedBy("invalid_token"));
    expect(await verdict(30)).toEqual(refusedBy("invalid_token"));
    expect(await token()).toBeNull();
  });

  it("does not act with what was raised while it is being judged", async () => {
    const { deps, token, raise } = await program();
    const old = await token();
    const verifier = verifying(deps, async (answer) => {
      await raise();
      return answer;
    });
    const verdict = await verifyToken(verifier, old ?? "", { maxStaleness: 0, rolesNow: true });
    expect(verdict).toMatchObject({ ok: true, value: { permissions: ["reports:read"] } });
  });

  it("nor says what was raised while it is being made", async () => {
    const { deps, raise, credentials } = await program();
    const account = unwrapped(await authenticateClient(deps, credentials));
    const signer: typeof plainSigner = {
      prepare: async () => {
        await raise();
        return plainSigner.prepare();
      },
    };
    const { value } = await issueClientToken({ ...deps, signer }, account);
    expect(JSON.parse(value.accessToken)).toMatchObject({ permissions: ["reports:read"], ver: 1 });
  });
});

it("a use of a secret is noted in its own time, and not at all within an hour", async () => {
  const { deps, credentials } = await program();
  let noted = 0;
  const defer = () => {
    noted += 1;
  };
  const noteUse = async () => {
    throw new Error("D1 does not take it");
  };
  const broken = { ...deps.serviceAccounts, noteUse: () => noteUse().catch(() => undefined) };
  const unable = { ...deps, defer, serviceAccounts: broken };
  expect(await authenticateClient(unable, credentials)).toMatchObject({ ok: true });
  expect(noted).toBe(1);
  await authenticateClient(deps, credentials);
  await authenticateClient({ ...deps, defer }, credentials);
  expect(noted).toBe(1);
});
