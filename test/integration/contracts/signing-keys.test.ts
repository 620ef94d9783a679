import { d1SigningKeys } from "../../../src/persistence/d1/signing-keys.ts";
import { signingKeysContract } from "../../contracts/signing-keys.ts";
import { emptyDatabase } from "../../support/empty-database.ts";

signingKeysContract(async () => d1SigningKeys(await emptyDatabase()));
