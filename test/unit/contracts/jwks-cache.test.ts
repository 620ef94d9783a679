import { jwksCacheContract } from "../../contracts/jwks-cache.ts";
import { memoryJwksCache } from "../../support/fakes/jwks-cache.ts";

jwksCacheContract(async () => memoryJwksCache());
