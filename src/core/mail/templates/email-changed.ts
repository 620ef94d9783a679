import type { Template } from "../template.ts";

/** To the old address of an account, which has another one now. */
export const emailChanged: Template = {
  subject: "Your e-mail address for {app} was changed",
  paragraphs: [
    "Your account at {app} has another e-mail address now. You no longer sign in with this one, and no more mail about the account comes here.",
    "If this was you, there is nothing to do.",
    "If this was not you, somebody else has your account. Tell the people who run {app} at once.",
  ],
};
