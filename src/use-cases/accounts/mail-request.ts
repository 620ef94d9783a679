import type { Origin } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { UserId } from "../../domain/ids.ts";

/** What is wanted, and beside the address what must be known for it. */
type Wanted =
  | { readonly purpose: "reset_password" | "verify_email" | "register" }
  /** @property flow its id: the code is made from it, and no code without the secret */
  | { readonly purpose: "sign_in_code"; readonly flow: string }
  /** @property accountVersion that of the account when its owner gave the password */
  | {
      readonly purpose: "confirm_new_email";
      readonly userId: UserId;
      readonly accountVersion: number;
    };

/** Who asked, for which address, and when. */
export type Asked = {
  readonly kind: "mail_request";
  /** `mail_` and 16 random bytes as base64url. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly requestedAt: number;
  readonly email: Email;
  readonly from: Origin;
};

/**
 * Mail that somebody asks for. Whether there is an account is looked up behind the queue, so that no
 * reply, nor the time until it comes, tells. It never holds a token or a code.
 */
export type MailRequest = Wanted & Asked;

export interface MailRequests {
  send(request: MailRequest): Promise<void>;
}
