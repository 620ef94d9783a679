import { d1SigningKeys } from "../../../src/persistence/d1/keys/signing-keys.ts";
import type { Notice } from "../../../src/use-cases/events/ports.ts";
import { signingKeysContract } from "../../contracts/signing-keys.ts";
import { emptyDatabase } from "../../support/empty-database.ts";

const unread = (notice: Notice) => {
  throw new Error(JSON.stringify(notice));
};

signingKeysContract(async () => d1SigningKeys(await emptyDatabase(), unread, () => 0));
