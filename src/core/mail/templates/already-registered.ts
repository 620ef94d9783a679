import type { Template } from "../template.ts";

/** To the owner of an account whose address was registered once more. */
export const alreadyRegistered: Template = {
  subject: "You have an account at {app}",
  paragraphs: [
    "Somebody, probably you, tried to register at {app} with this address. It has an account there already.",
    "If this was you, sign in as before. If you forgot the password, ask for a new one where you sign in.",
    "If this was not you, do nothing. Nothing has changed.",
  ],
};
