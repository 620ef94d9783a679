import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { refreshTokenCodec } from "../../../src/core/security/refresh-token-codec.ts";
import { parseSecrets } from "../../../src/core/security/secrets.ts";
import { parseSessionId, parseUserId } from "../../../src/domain/ids.ts";
import { newUser, refresh, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { interposed } from "../../support/objects.ts";
import { refreshTokenBytes } from "../../support/tokens.ts";

let user: SignedIn;

beforeAll(async () => {
  user = await newUser();
});

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const wire = (bytes: Uint8Array): string => `rt1.${toBase64Url(bytes)}`;

/** The genuine token with one byte changed. */
function altered(at: number): string {
  const bytes = refreshTokenBytes(user.refreshToken);
  bytes.set([(bytes[at] ?? 0) ^ 1], at);
  return wire(bytes);
}

/** Made as the service makes them, under a secret of the forger's. */
function madeElsewhere(): string {
  const secrets = parseSecrets(`v1:${toBase64Url(random(32))}`);
  const userId = parseUserId(user.id);
  const sessionId = parseSessionId(user.sessionId);
  if (!secrets.ok || !userId.ok || !sessionId.ok) throw new Error("the forger's own mistake");
  const codec = refreshTokenCodec(secrets.value);
  return codec.format(codec.first(userId.value, sessionId.value, random(32)));
}

function forgeries(): Record<string, string> {
  const bytes = refreshTokenBytes(user.refreshToken);
  const everyByte = Array.from({ length: bytes.length }, (_, at) => [`byte ${at}`, altered(at)]);
  return {
    ...Object.fromEntries(everyByte),
    random: wire(random(82)),
    short: wire(bytes.slice(0, -1)),
    long: wire(new Uint8Array([...bytes, 0])),
    "tag cut off": wire(bytes.slice(0, 66)),
    "another prefix": user.refreshToken.replace("rt1.", "rt2."),
    "no prefix": user.refreshToken.slice(4),
    padded: `${user.refreshToken}==`,
    "with a space": ` ${user.refreshToken}`,
    "in standard base64": `rt1.${btoa(String.fromCharCode(...bytes))}`,
    "made under another secret": madeElsewhere(),
    "an access token": user.accessToken,
    "a session's id": user.sessionId,
  };
}

it("a forged refresh token is refused before any object is made, woken or asked", async () => {
  const before = (await listDurableObjectIds(env.USERS)).map(String).sort();
  const asked: string[] = [];
  const service = serviceWith({
    USERS: interposed(env.USERS, (method) => void asked.push(method)),
  });
  for (const path of ["/v1/auth/refresh", "/v1/auth/logout"]) {
    for (const [name, forged] of Object.entries(forgeries())) {
      const reply = await service("POST", path, { body: { refresh_token: forged } });
      expect([name, reply.status, reply.body.code]).toEqual([name, 401, "invalid_refresh_token"]);
    }
  }
  expect(asked).toEqual([]);
  expect((await listDurableObjectIds(env.USERS)).map(String).sort()).toEqual(before);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});
