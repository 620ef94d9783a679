import { Buffer } from "node:buffer";
import type { Challenges } from "../../use-cases/credentials/ports.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";
import { toBase64Url } from "./encoding.ts";
import type { Secrets } from "./secrets.ts";
import { opened, sealed } from "./tagged-token.ts";

/*
 * A challenge to an authenticator, as the client holds it: a tagged token whose body is
 * challenge (32 bytes) | start (8) | purpose (UTF-8).
 */

const KIND = { prefix: "ch1.", label: "challenge-mac" } as const;
const START_AT = 32;
const PURPOSE_AT = START_AT + 8;

export const challenges = (secrets: Secrets, random: RandomBytes): Challenges => ({
  start(purpose, now) {
    const challenge = random(START_AT);
    const start = Buffer.alloc(8);
    start.writeBigUInt64BE(BigInt(now));
    const token = sealed(secrets, KIND, Buffer.concat([challenge, start, Buffer.from(purpose)]));
    return { token, value: toBase64Url(challenge) };
  },

  parse(token) {
    const body = opened(secrets, KIND, token);
    if (body === null || body.length < PURPOSE_AT) return null;
    return {
      value: body.toString("base64url", 0, START_AT),
      startedAt: Number(body.readBigUInt64BE(START_AT)),
      purpose: body.toString("utf8", PURPOSE_AT),
    };
  },
});
