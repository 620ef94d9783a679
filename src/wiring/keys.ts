import type { Config } from "../core/config/config.ts";
import { jwksCopy } from "../core/memory/jwks-copy.ts";
import { keyRing } from "../core/security/key-ring.ts";
import { keyMaker, unwrapSigningKey } from "../core/security/key-wrapping.ts";
import { SYSTEM } from "../domain/access/actor.ts";
import { carryOutRotation } from "../use-cases/keys/carry-out-rotation.ts";
import { listSigningKeys } from "../use-cases/keys/list-signing-keys.ts";
import { revokeSigningKey } from "../use-cases/keys/revoke-signing-key.ts";
import { rotateSigningKeys } from "../use-cases/keys/rotate-signing-keys.ts";
import { bind } from "./bind.ts";
import type { Outside } from "./outside.ts";
import type { Stores } from "./stores.ts";

/** Other subjects sign and verify with the ring. Routes get the published set and the use cases. */
export function wireKeys(config: Config, outside: Outside, { keys, jwksCache }: Stores) {
  const { secrets } = config;
  const { clock, defer, notify } = outside;
  const rotation = {
    keys,
    keyMaker: keyMaker(secrets),
    jwksCache,
    clock,
    policy: config.signingKeys,
    notify,
  };
  const ring = keyRing({
    ...rotation,
    jwksCopy: jwksCopy(jwksCache, clock),
    defer,
    issuer: config.issuer,
    audience: config.audience,
    unwrap: (key) => unwrapSigningKey(secrets, key),
    rotate: () => carryOutRotation(rotation, SYSTEM),
  });
  const cases = bind(
    { ...rotation, forgetKeys: ring.forget, keepKeys: ring.keep },
    { listSigningKeys, revokeSigningKey, rotateSigningKeys },
  );
  return { ring, keys: { jwks: ring.jwks, ...cases } };
}
