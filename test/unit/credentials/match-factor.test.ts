import { describe, expect, it } from "vitest";
import { enrolTotp } from "../../../src/use-cases/accounts/factors/enrol-totp.ts";
import { matchFactor } from "../../../src/use-cases/credentials/match-factor.ts";
import { unwrapped } from "../../support/answers.ts";
import { enrolCodes, factorOwner, rotating } from "../../support/memory-factors.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";

type Deps = ReturnType<typeof memoryService>["deps"];

const WRONG = "no code";

async function rotated() {
  const service = memoryService();
  const { user, owner, proven } = await factorOwner(service);
  const match = (deps: Deps, code: string) =>
    matchFactor(deps, user.id, "second-factor x", { kind: "totp", code });
  return { under: rotating(service), owner, proven, match };
}

describe("an authenticator whose secret cannot be read any more", () => {
  it("makes no code wrong that may be its own, and keeps no other from being right", async () => {
    const { under, owner, proven, match } = await rotated();
    const lost = await enrolCodes(under(1), owner);
    const kept = await enrolCodes(under(2), proven);
    expect(await match(under(2), kept.codeNow())).toMatchObject({ kind: "totp", id: kept.id });
    for (const code of [lost.codeNow(), WRONG]) {
      await expect(match(under(2), code)).rejects.toMatchObject({ name: "Unavailable" });
    }
  });

  it("keeps nobody waiting that was never confirmed", async () => {
    const { under, owner, proven, match } = await rotated();
    const { codeNow } = await enrolCodes(under(2), owner);
    unwrapped(await enrolTotp(under(1), proven, PASSWORD));
    expect(await match(under(2), codeNow())).toMatchObject({ kind: "totp" });
    expect(await match(under(2), WRONG)).toBeNull();
  });
});
