import { basicCredentials } from "../../../src/api/oauth/form-encoding.ts";
import { bearerToken, challengeTo } from "../../../src/client/bearer-token.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert } from "../support/property.ts";

const basic = (text: string): string => `Basic ${btoa(text)}`;

/** A header is of one scheme, and nothing in it but the credential is one. */
export const target: FuzzTarget = {
  seeds: ["Bearer abc.def-_~+/==", basic("svc_x:secret"), basic("a%3Ab:c+d"), basic("%FF:a:b")],
  maxLength: 200,
  holds(input) {
    const token = bearerToken(input);
    const credentials = basicCredentials(input);
    assert(token === null || credentials === null, "two schemes");
    assert(token === null || (input.endsWith(token) && /^[\x21-\x7e]+$/.test(token)), "no token");
    assert(/^Bearer(?: error="invalid_token")?$/.test(challengeTo(input)), "no challenge");
    assert(credentials === null || credentials.secret.isWellFormed(), "not well-formed");
    return `${token !== null} ${credentials !== null}`;
  },
};
