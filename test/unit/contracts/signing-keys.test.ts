import { signingKeysContract } from "../../contracts/signing-keys.ts";
import { memorySigningKeys } from "../../support/fakes/signing-keys.ts";

signingKeysContract(async () => memorySigningKeys());
