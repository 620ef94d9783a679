import type { Template } from "../template.ts";

/** To somebody for whom an administrator made an account without a password. */
export const invitation: Template = {
  subject: "Your account at {app}",
  paragraphs: [
    "An administrator of {app} made an account for you, with this address. Open this link to choose a password:",
    "{link}",
    "It works once, until {expires}. After that, ask for a new password where you sign in.",
    "If you expected no account, do nothing. Without a password nobody can sign in to it.",
  ],
};
