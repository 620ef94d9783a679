import { type Actor, ANYONE } from "../../domain/access/actor.ts";
import { MAIL_TOKEN_LIFETIME } from "../../domain/accounts/mail-token.ts";
import { CODE_LIFETIME } from "../../domain/credentials/code-flow.ts";
import { type UserId, userIdOf } from "../../domain/ids.ts";
import { type Ok, ok } from "../../domain/result.ts";
import { elapsed } from "../../domain/time.ts";
import type { Credential, EmailCodes } from "../credentials/ports.ts";
import { Unavailable } from "../outside.ts";
import { mailWithToken, notice } from "./compose-mail.ts";
import { type CreateUserDeps, createUser } from "./create-user.ts";
import type { MailRequest } from "./mail-request.ts";
import { type SendLinkDeps, sendLink } from "./send-link.ts";
import { sendOnce } from "./send-once.ts";

/** Milliseconds after which nobody waits for their registration any more. */
const REGISTRATION_PATIENCE = 60 * 60 * 1_000;

export type AnswerMailRequestDeps = SendLinkDeps &
  CreateUserDeps & { readonly emailCodes: Pick<EmailCodes, "codeFor"> };

/**
 * Does what a request for mail asks, now that nobody waits for the answer: looks the address up, and
 * sends what fits what is found.
 *
 * @throws Unavailable when it should be tried again
 */
export async function answerMailRequest(
  deps: AnswerMailRequestDeps,
  _actor: Actor,
  request: MailRequest,
): Promise<Ok<null>> {
  const credential = await find(deps, request);
  if (request.purpose === "register") await register(deps, request, credential);
  else if (credential !== null) await answer(deps, request, credential);
  return ok(null);
}

/** The account that a message would be about. */
const find = ({ users }: AnswerMailRequestDeps, request: MailRequest) =>
  request.purpose === "confirm_new_email"
    ? users.findById(request.userId)
    : users.findByEmail(request.email);

async function answer(
  deps: AnswerMailRequestDeps,
  request: MailRequest,
  { user }: Credential,
): Promise<void> {
  const asked = { id: request.id, since: request.requestedAt };
  switch (request.purpose) {
    case "reset_password":
      if (user.status === "active") await sendLink(deps, user, "reset", asked);
      return;
    case "verify_email":
      if (!user.emailVerified) await sendLink(deps, user, "verify", asked);
      return;
    case "sign_in_code":
      // A code would be worth nothing before that.
      if (!user.emailVerified) await sendLink(deps, user, "verify", asked);
      else await sendCode(deps, request, user);
      return;
    case "confirm_new_email":
      await confirmNewEmail(deps, request, user);
  }
}

/** An account whose address nobody has, without a password: whoever asked may not own the address. */
async function register(
  deps: AnswerMailRequestDeps,
  { id, email, from, requestedAt }: MailRequest,
  existing: Credential | null,
): Promise<void> {
  // One that was sent again much later would bring back who has left since.
  if (elapsed(requestedAt, deps.clock()) > REGISTRATION_PATIENCE) return;
  const newUserId = ownIdOf(id);
  if (existing === null) {
    // Its event carries the mail. Should this come again, it finds the account that it made.
    const wanted = { email, name: null, password: null, roles: [] };
    const made = await createUser({ ...deps, newUserId }, { ...ANYONE, from }, wanted);
    if (!made.ok) throw new Unavailable("account row"); // made meanwhile: the next try finds it
    return;
  }
  const { user } = existing;
  if (user.id === newUserId()) return;
  if (user.emailVerified) await sendOnce(deps, user, id, notice("already_registered", email));
  else await sendLink(deps, user, "verify", { id, since: requestedAt });
}

const ownIdOf = (requestId: string) => (): UserId =>
  userIdOf(requestId.slice(requestId.indexOf("_") + 1));

async function sendCode(
  deps: AnswerMailRequestDeps,
  { id, flow, requestedAt }: MailRequest & { readonly purpose: "sign_in_code" },
  user: Credential["user"],
): Promise<void> {
  const expiresAt = requestedAt + CODE_LIFETIME;
  const code = deps.emailCodes.codeFor(flow, user.id, user.version);
  if (code === null || expiresAt <= deps.clock()) return;
  const mail = { purpose: "sign_in_code", to: user.email, link: null, code, expiresAt } as const;
  await sendOnce(deps, user, id, mail);
}

/**
 * An address that somebody has gets no mail, and whoever asked hears nothing either way. It counts
 * for them before anything is looked up: by what is withheld afterwards they would learn it.
 */
async function confirmNewEmail(
  deps: AnswerMailRequestDeps,
  {
    id,
    email,
    accountVersion,
    requestedAt,
  }: MailRequest & { readonly purpose: "confirm_new_email" },
  { id: userId, version }: Credential["user"],
): Promise<void> {
  const expiresAt = requestedAt + MAIL_TOKEN_LIFETIME.change_email;
  if (version !== accountVersion || expiresAt <= deps.clock()) return;
  const purpose = "change_email";
  const token = { purpose, userId, accountVersion, expiresAt, newEmail: email } as const;
  const isFree = async () => (await deps.users.findByEmail(email)) === null;
  await sendOnce(deps, { id: userId }, id, mailWithToken(deps, email, token), isFree);
}
