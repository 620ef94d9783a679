import { clientSecretCodec } from "../../../src/core/security/client-secret.ts";
import { serviceAccountIdOf } from "../../../src/domain/ids.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert } from "../support/property.ts";
import { SECRETS } from "../support/secrets.ts";

const codec = clientSecretCodec(SECRETS, (length) => new Uint8Array(length).fill(7));
const id = serviceAccountIdOf("AAAAAAAAAAAAAAAAAAAAAA");
const { secret, hash } = codec.create(id);

/** Nothing but the secret itself is it. */
export const target: FuzzTarget = {
  seeds: [secret, `scs_${"A".repeat(43)}`, secret.slice(0, -1), `${secret}=`],
  maxLength: 80,
  holds(input) {
    const answers = [codec.isMadeFor(id, input), codec.matches(input, hash)];
    assert(codec.matches(secret, input) === (input === hash), "another hash matches");
    assert(
      answers.every((answer) => answer === (input === secret)),
      "another secret is taken",
    );
    return answers.join();
  },
};
