import type { Template } from "../template.ts";

/** To the owner of an account whose password was changed or reset. */
export const passwordChanged: Template = {
  subject: "Your password for {app} was changed",
  paragraphs: [
    "The password of your account at {app} was changed, and every other session has ended.",
    "If this was you, there is nothing to do.",
    "If this was not you, ask for a new password where you sign in, at once. That puts out whoever is signed in.",
  ],
};
