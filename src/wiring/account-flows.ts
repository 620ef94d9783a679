import {
  type AnswerMailRequestDeps,
  answerMailRequest,
} from "../use-cases/accounts/answer-mail-request.ts";
import {
  type ForgetDeadRequestsDeps,
  forgetDeadRequests,
} from "../use-cases/accounts/forget-dead-requests.ts";
import { purgeMails } from "../use-cases/accounts/purge-mails.ts";
import {
  type RemoveUnverifiedDeps,
  removeUnverified,
} from "../use-cases/accounts/remove-unverified.ts";
import {
  type RequestEmailChangeDeps,
  requestEmailChange,
} from "../use-cases/accounts/request-email-change.ts";
import { requestMail } from "../use-cases/accounts/request-mail.ts";
import {
  type RequestSignInCodeDeps,
  requestSignInCode,
} from "../use-cases/accounts/request-sign-in-code.ts";
import { type ResetPasswordDeps, resetPassword } from "../use-cases/accounts/reset-password.ts";
import { type VerifyEmailDeps, verifyEmail } from "../use-cases/accounts/verify-email.ts";
import { bind } from "./bind.ts";

type FlowDeps = AnswerMailRequestDeps &
  ForgetDeadRequestsDeps &
  RemoveUnverifiedDeps &
  RequestEmailChangeDeps &
  RequestSignInCodeDeps &
  ResetPasswordDeps &
  VerifyEmailDeps;

/** What goes through somebody's inbox. */
export const wireAccountFlows = (deps: FlowDeps) =>
  bind(deps, {
    answerMailRequest,
    forgetDeadRequests,
    purgeMails,
    removeUnverified,
    requestEmailChange,
    requestMail,
    requestSignInCode,
    resetPassword,
    verifyEmail,
  });
