import { createVerifier, type Verifier } from "../../src/client/index.ts";
import { strikes } from "./faults.ts";
import type { Random } from "./random.ts";
import { MAX_SKEW, type World } from "./world.ts";

/** A service elsewhere that knows the issuer by its key set, as `auth-service/client` keeps it. */
export type RemoteVerifier = {
  readonly name: string;
  readonly verifier: Verifier;
};

/** Milliseconds that a key set may take before it counts as an outage. */
export const IN_TIME = 4_000;

export function startVerifier(world: World, random: Random, name: string): RemoteVerifier {
  const skew = random.below(2 * MAX_SKEW) - MAX_SKEW;
  return {
    name,
    verifier: createVerifier({
      jwksUrl: "https://auth.example.com/.well-known/jwks.json",
      issuer: world.config.issuer,
      audience: world.config.audience,
      clock: () => world.scheduler.now + skew,
      async fetch() {
        const { scheduler, refusedAt } = world;
        const fail = () => void refusedAt.set(`keys for ${name}`, scheduler.now);
        const stop = scheduler.at(scheduler.now + IN_TIME, fail);
        try {
          return await fetchKeys(world);
        } catch (error) {
          fail();
          throw error;
        } finally {
          stop();
        }
      },
    }),
  };
}

/** As src/api/routes/keys/jwks.ts answers, without what the verifier does not look at. */
async function fetchKeys(world: World): Promise<Response> {
  const { scheduler, isolates } = world;
  await scheduler.hop();
  if (strikes(world, "request lost")) throw new Error("the issuer does not answer");
  const isolate = isolates[scheduler.context.random.below(isolates.length)];
  if (isolate === undefined) throw new Error("no isolate serves");
  const jwks = await isolate.host.served(isolate.useCases.keys.jwks());
  await scheduler.hop();
  const headers = new Headers({ "cache-control": "public, max-age=300" });
  return Object.assign(Object.create(null), { ok: true, headers, json: async () => jwks });
}
