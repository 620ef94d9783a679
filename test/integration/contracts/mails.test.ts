import { d1Mails } from "../../../src/persistence/d1/accounts/mails.ts";
import { mailsContract } from "../../contracts/mails.ts";
import { emptyDatabase } from "../../support/empty-database.ts";

mailsContract(async () => d1Mails(await emptyDatabase()));
