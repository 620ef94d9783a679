import type { Template } from "../template.ts";

/** To somebody who signs in without a password. The code is not in the subject, which locked screens show. */
export const signInCode: Template = {
  subject: "Your code to sign in to {app}",
  paragraphs: [
    "Type this code where you are signing in to {app}:",
    "{code}",
    "It works once, until {expires}, and only there. Tell it to nobody: nobody at {app} will ask for it.",
    "If this was not you, do nothing. Without the code nobody can sign in with it.",
  ],
};
