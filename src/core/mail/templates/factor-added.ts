import type { Template } from "../template.ts";

/** To the owner of an account that has a new second factor, or new recovery codes. */
export const factorAdded: Template = {
  subject: "A second factor was added to your account at {app}",
  paragraphs: [
    "A second factor or a new set of recovery codes was added to your account at {app}.",
    "If this was you, there is nothing to do.",
    "If this was not you, somebody is signed in as you: ask for a new password where you sign in, at once, which puts them out, and tell whoever runs {app}.",
  ],
};
