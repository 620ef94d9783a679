import type { Template } from "../template.ts";

/** To the owner of an account, who forgot the password. */
export const resetPassword: Template = {
  subject: "Choose a new password for {app}",
  paragraphs: [
    "Somebody, probably you, asked for a new password for your account at {app}. Open this link to choose one:",
    "{link}",
    "It works once, until {expires}. A new password ends every session: sign in again afterwards.",
    "If this was not you, do nothing. Your password stays as it is.",
  ],
};
