import { mailsContract } from "../../contracts/mails.ts";
import { memoryMails } from "../../support/fakes/mails.ts";

mailsContract(async () => memoryMails());
