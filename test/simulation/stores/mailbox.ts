import type { Mail, MailPurpose, MailSender, Mails } from "../../../src/use-cases/accounts/mail.ts";
import type { Host } from "../host.ts";
import type { World } from "../world.ts";
import { MAIL, remote } from "./remote.ts";

/** One message that the provider took, each time that it did. */
export type Delivered = { readonly mail: Mail; readonly at: number };

/**
 * One try to send a message.
 *
 * @property secret the version of the root secret that its link or code is made with
 * @property isKnown true once whoever sent it heard that it was taken
 */
export type Try = {
  readonly mail: Mail;
  readonly at: number;
  readonly secret: number | undefined;
  isKnown: boolean;
};

/** A provider that takes everything, and the inboxes behind it. */
export class Mailbox {
  readonly delivered: Delivered[] = [];
  readonly tries: Try[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The provider as one host has it, which may take a message and say that it failed. */
  seenBy(world: World, host: Host): MailSender {
    const deliver = async (mail: Mail) => {
      this.delivered.push({ mail, at: this.#now() });
      return "sent" as const;
    };
    const sender = remote(world, host, MAIL, { send: deliver });
    const [secret] = world.settings.secrets;
    return {
      send: async (mail) => {
        const mine: Try = { mail, at: this.#now(), secret, isKnown: false };
        this.tries.push(mine);
        const outcome = await sender.send(mail);
        mine.isKnown = true;
        return outcome;
      },
    };
  }
}

/** The first claim of one message, which counts it. */
export type Claimed = {
  readonly inbox: string;
  readonly purpose: MailPurpose;
  readonly at: number;
};

/** The messages of the last day, and a note of each that was let through. */
export function notedMails(mails: Mails, claims: Claimed[]): Mails {
  const known = new Set<string>();
  return {
    ...mails,
    async claim(claim, now, caps) {
      const outcome = await mails.claim(claim, now, caps);
      if (outcome === "claimed" && !known.has(claim.id)) {
        known.add(claim.id);
        claims.push({ inbox: claim.inbox, purpose: claim.purpose, at: now });
      }
      return outcome;
    },
  };
}
