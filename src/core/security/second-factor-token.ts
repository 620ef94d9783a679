import { Buffer } from "node:buffer";
import type { FirstFactor } from "../../domain/assurance.ts";
import type { SecondFactorFlow } from "../../domain/credentials/second-factor-flow.ts";
import { parseUserId, sessionIdOf, userIdOf } from "../../domain/ids.ts";
import type { SecondFactorTokens } from "../../use-cases/credentials/ports.ts";
import { toBase64Url, utf8 } from "./encoding.ts";
import { mac, newestSubkey, type Secrets } from "./secrets.ts";
import { opened, sealed } from "./tagged-token.ts";

/*
 * A sign-in whose first factor was right, as the client holds it: a tagged token whose body is
 * first factor (1 byte) | flow id (16) | user id (16) | account version (8) | start (8).
 */

const KIND = { prefix: "sf1.", label: "second-factor-mac" } as const;
const ID_LENGTH = 16;
/** Where the parts begin; the first factor is first. */
const FLOW_AT = 1;
const USER_AT = FLOW_AT + ID_LENGTH;
const ACCOUNT_AT = USER_AT + ID_LENGTH;
const START_AT = ACCOUNT_AT + 8;
const BODY_LENGTH = START_AT + 8;

/** A number is never given a second meaning. */
const FIRST_FACTORS: Readonly<Record<FirstFactor, number>> = { pwd: 1, otp: 2, hwk: 3, swk: 4 };

const BY_NUMBER: ReadonlyMap<number, FirstFactor> = new Map(
  (Object.keys(FIRST_FACTORS) as FirstFactor[]).map((name) => [FIRST_FACTORS[name], name]),
);

export function secondFactorTokens(secrets: Secrets): SecondFactorTokens {
  return {
    format(flow) {
      const body = Buffer.alloc(BODY_LENGTH);
      body.writeUInt8(FIRST_FACTORS[flow.first]);
      body.write(flow.id, FLOW_AT, ID_LENGTH, "base64url");
      body.write(flow.userId.slice(4), USER_AT, ID_LENGTH, "base64url");
      body.writeBigUInt64BE(BigInt(flow.accountVersion), ACCOUNT_AT);
      body.writeBigUInt64BE(BigInt(flow.startedAt), START_AT);
      return sealed(secrets, KIND, body);
    },

    draw(flow, code) {
      const from = (part: string) =>
        mac(newestSubkey(secrets, "second-factor-session"), utf8(`${part} ${flow.id} ${code}`));
      const sessionId = sessionIdOf(toBase64Url(from("id").subarray(0, ID_LENGTH)));
      return { sessionId, secret: from("secret") };
    },

    parse(text) {
      const body = opened(secrets, KIND, text);
      return body?.length === BODY_LENGTH ? read(body) : null;
    },
  };
}

function read(body: Buffer): SecondFactorFlow | null {
  const first = BY_NUMBER.get(body.readUInt8());
  const userId = parseUserId(userIdOf(body.toString("base64url", USER_AT, ACCOUNT_AT)));
  if (first === undefined || !userId.ok) return null;
  return {
    id: body.toString("base64url", FLOW_AT, USER_AT),
    userId: userId.value,
    accountVersion: Number(body.readBigUInt64BE(ACCOUNT_AT)),
    first,
    startedAt: Number(body.readBigUInt64BE(START_AT)),
  };
}
