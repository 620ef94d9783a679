import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifier, type Verdict, type VerifyOptions } from "../../../src/client/index.ts";
import { type JwksServer, jwksServer } from "../../support/jwks-server.ts";
import { CLAIMS, ecSigner, tokenOf } from "../../support/model-tokens.ts";
import { remoteVerifier } from "../../support/remote-verifier.ts";

const signer = ecSigner("key");
const editor = { ...CLAIMS, permissions: ["pages:*", "users:read"] };

let server: JwksServer;
beforeAll(async () => {
  server = await jwksServer(signer);
});
afterAll(() => server.close());

const verdict = (token: string, options: VerifyOptions = {}): Promise<Verdict> =>
  remoteVerifier(server).verifier.verify(token, options);

describe("an offline verifier", () => {
  it("hands out the claims of a good token", async () => {
    expect(await verdict(tokenOf(signer))).toEqual({ ok: true, claims: CLAIMS });
    const offline = await verdict(tokenOf(signer), { maxStaleness: "offline" });
    expect(offline).toEqual({ ok: true, claims: CLAIMS });
  });

  it.each([0, 1, 300, -1, Number.NaN])(
    "does not pretend to know of sessions: %s is no request it can answer",
    async (maxStaleness) => {
      const before = server.requests.length;
      const answer = await verdict(tokenOf(signer), { maxStaleness });
      expect(answer).toEqual({ ok: false, code: "invalid_request" });
      expect(server.requests).toHaveLength(before);
    },
  );

  it.each([undefined, null, 1, {}, ["a.b.c"]])("takes no %s for a token", async (token) => {
    const { verifier } = remoteVerifier(server);
    const answer: unknown = await Reflect.apply(verifier.verify, verifier, [token]);
    expect(answer).toEqual({ ok: false, code: "invalid_request" });
  });

  it("TOK-05 holds the token to the audience that is asked for", async () => {
    const other = tokenOf(signer, { ...CLAIMS, aud: "https://other" });
    expect(await verdict(other)).toEqual({ ok: false, code: "invalid_token" });
    expect((await verdict(other, { audience: "https://other" })).ok).toBe(true);
    const ours = await verdict(tokenOf(signer), { audience: "https://other" });
    expect(ours).toEqual({ ok: false, code: "invalid_token" });
  });

  it.each([
    [[], true],
    [["users:read"], true],
    [["pages:write", "users:read"], true],
    [["users:write"], false],
    [["pages:write", "users:write"], false],
    [["*"], false],
  ])("needs every permission of %j: %s", async (permissions, isHeld) => {
    const answer = await verdict(tokenOf(signer, editor), { permissions });
    expect(answer).toEqual(
      isHeld ? { ok: true, claims: editor } : { ok: false, code: "forbidden" },
    );
  });

  it("needs the one permission, and what a list adds to it", async () => {
    const held = async (options: VerifyOptions) =>
      (await verdict(tokenOf(signer, editor), options)).ok;
    expect(await held({ permission: "pages:write" })).toBe(true);
    expect(await held({ permission: "users:write" })).toBe(false);
    expect(await held({ permission: "pages:write", permissions: ["users:read"] })).toBe(true);
    expect(await held({ permission: "pages:write", permissions: ["users:write"] })).toBe(false);
    expect(await held({ permission: "users:write", permissions: ["users:read"] })).toBe(false);
  });

  it("a bad token is a bad token, whatever permission it lacks besides", async () => {
    const forged = tokenOf(ecSigner("key"), editor);
    const answer = await verdict(forged, { permissions: ["users:write"] });
    expect(answer).toEqual({ ok: false, code: "invalid_token" });
  });

  it("TOK-14 an expired token is refused after the leeway of thirty seconds", async () => {
    const { verifier, move } = remoteVerifier(server);
    move(CLAIMS.exp - CLAIMS.iat + 29);
    expect((await verifier.verify(tokenOf(signer))).ok).toBe(true);
    move(1);
    expect((await verifier.verify(tokenOf(signer))).ok).toBe(false);
  });
});

describe("a verifier over a binding", () => {
  it("hands the call on as it is, and the verdict back", async () => {
    const asked: unknown[] = [];
    const answer: Verdict = { ok: true, claims: CLAIMS };
    const binding = {
      async verify(...call: [string, VerifyOptions?]) {
        asked.push(call);
        return answer;
      },
    };
    const options = { permissions: ["users:read"], maxStaleness: 5 };
    expect(await createVerifier({ binding }).verify("token", options)).toBe(answer);
    await createVerifier({ binding }).verify("token");
    expect(asked).toEqual([
      ["token", options],
      ["token", {}],
    ]);
  });

  it.each([
    ["rejects", async (): Promise<Verdict> => Promise.reject(new Error("lost"))],
    [
      "throws",
      (): Promise<Verdict> => {
        throw new Error("broken");
      },
    ],
  ])("a call that %s has decided nothing", async (_, verify) => {
    const answer = await createVerifier({ binding: { verify } }).verify("token");
    expect(answer).toEqual({ ok: false, code: "unavailable" });
  });
});
