import { decodeJwt } from "jose";
import type { Service } from "./service.ts";

const MINUTE = 60;
const HOUR = 3_600;

/** Every token that a verifier must refuse, by what is wrong with it. */
export async function badTokens(service: Service): Promise<Readonly<Record<string, string>>> {
  const { access_token: access, refresh_token: refresh } = await service.signIn();
  const claims = { ...decodeJwt(access) };
  const { iat = 0 } = claims;
  const [head, payload, signature = ""] = access.split(".");
  const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString(
    "base64url",
  );
  return {
    "a refresh token": refresh,
    "an expired token": await service.signer({ ...claims, iat: iat - HOUR, exp: iat - HOUR / 2 }),
    "a token for another audience": await service.signer({ ...claims, aud: "https://other.test" }),
    "a token of another issuer": await service.signer({ ...claims, iss: "https://other.test" }),
    "another kind of token of the same key": await service.signer(claims, { typ: "JWT" }),
    // Issued before the key set was asked for, so that nobody can take its key for a new one.
    "a token of an unknown key": await service.signer(
      { ...claims, iat: iat - MINUTE },
      { kid: "unknown" },
    ),
    "a token with an altered signature": `${head}.${payload}.${reversed(signature)}`,
    "a token without a signature": `${unsigned}.${payload}.`,
    garbage: "garbage",
  };
}

const reversed = (text: string): string =>
  [...text.slice(0, -1)].reverse().join("") + text.slice(-1);
