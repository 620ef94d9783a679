import type { Template } from "../template.ts";

/** To the owner of an account that lost a second factor, by their own act or an administrator's. */
export const factorRemoved: Template = {
  subject: "A second factor was removed from your account at {app}",
  paragraphs: [
    "A second factor was removed from your account at {app}, and other sessions have ended.",
    "If this was you, or you asked for it, there is nothing to do.",
    "If not, ask for a new password where you sign in, at once, add a second factor again, and tell whoever runs {app}.",
  ],
};
