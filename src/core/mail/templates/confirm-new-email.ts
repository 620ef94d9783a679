import type { Template } from "../template.ts";

/** To the address that an account is to have from now on. */
export const confirmNewEmail: Template = {
  subject: "Confirm your new e-mail address for {app}",
  paragraphs: [
    "Somebody, probably you, wants to use this address for an account at {app} from now on. Open this link to confirm it:",
    "{link}",
    "It works once, until {expires}. Until you open it the account keeps its old address.",
    "If this was not you, do nothing. The address will not be used.",
  ],
};
