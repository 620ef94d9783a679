import type { Template } from "../template.ts";

/** To the owner of an account into which a recovery code let somebody. */
export const recoveryCodeUsed: Template = {
  subject: "A recovery code was used for your account at {app}",
  paragraphs: [
    "A recovery code took the place of your second factor at {app}. It does not work again.",
    "If this was you, there is nothing to do; make a new set of codes before the last one is gone.",
    "If this was not you, somebody knows your password and has your codes: ask for a new password where you sign in, at once, which puts them out, and make new codes.",
  ],
};
