import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { type Ok, ok } from "../../domain/result.ts";
import type { EmailCodes } from "../credentials/ports.ts";
import { type RequestMailDeps, requestBy } from "./request-mail.ts";

export type RequestSignInCodeDeps = RequestMailDeps & {
  readonly emailCodes: Pick<EmailCodes, "start">;
};

/**
 * Begins a sign-in by a mailed code, for whoever asks and whatever exists.
 *
 * @returns the flow, which the code is worth nothing without
 */
export async function requestSignInCode(
  deps: RequestSignInCodeDeps,
  actor: Actor,
  email: Email,
): Promise<Ok<string>> {
  const request = requestBy(deps, actor, email);
  const { flow, text } = await deps.emailCodes.start(email, request.requestedAt);
  await deps.mailRequests.send({ ...request, purpose: "sign_in_code", flow: flow.id });
  return ok(text);
}
