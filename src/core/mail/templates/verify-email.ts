import type { Template } from "../template.ts";

/** To an address that was registered, until it is verified. */
export const verifyEmail: Template = {
  subject: "Confirm your e-mail address for {app}",
  paragraphs: [
    "Somebody, probably you, gave this address for an account at {app}. Open this link to confirm that it is yours:",
    "{link}",
    "It works once, until {expires}.",
    "If this was not you, do nothing. Without the link nobody can confirm the address.",
  ],
};
