import { mailTokenCodec } from "../../../src/core/security/mail-token.ts";
import type { Event } from "../../../src/domain/events/event.ts";
import type { Mail } from "../../../src/use-cases/accounts/mail.ts";
import type { Seen } from "../ledger.ts";
import { originOf } from "../network.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

const HOUR = 60 * 60_000;

/** So many to one inbox within that time, notices aside; clocks may be apart. */
const CAPS = [
  { period: HOUR - 10_000, limit: 5 },
  { period: 24 * HOUR - 10_000, limit: 20 },
] as const;

const NOTICES: ReadonlySet<string> = new Set([
  "password_changed",
  "email_changed",
  "factor_added",
  "factor_removed",
  "recovery_code_used",
]);

/** Milliseconds within which no other delivery may send what one has claimed. */
const CLAIMED = 12_000;

/**
 * A link works once and never after another change of the account, a code once; nobody gets more
 * mail than they may; and whoever must hear of a change does.
 */
export const mails: Invariant = {
  name: "mail is sent as it should be, and works once",
  watch(world) {
    const spent = new Map<string, Seen>();
    return {
      answered(seen) {
        const { asked, answer } = seen;
        if (answer?.kind !== "ok") return null;
        if (asked.what !== "redeem" && asked.what !== "finish code") return null;
        if (asked.what === "redeem" && asked.isOld) {
          return `a ${asked.kind} link worked after another change of the account`;
        }
        const secret = asked.what === "redeem" ? asked.token : asked.flow;
        const before = spent.get(secret);
        spent.set(secret, seen);
        return before === undefined ? null : `"${asked.what}" worked twice with the same mail`;
      },
      calm: () => texts(world) ?? atOnce(world) ?? capped(world) ?? noticed(world),
    };
  },
};

const byKey = <T extends { readonly mail: Mail }>(all: readonly T[]): readonly (readonly T[])[] => [
  ...Map.groupBy(all, ({ mail }) => mail.idempotencyKey).values(),
];

/**
 * Providers refuse a key that comes with another text: it is another one for an account that changed,
 * and under another root secret.
 */
function texts({ mailbox, settings }: World): string | null {
  const codecs = settings.all.map(({ secrets }) => mailTokenCodec(secrets));
  const known = new Map<string, string>();
  for (const { mail, secret } of mailbox.tries) {
    const link = mail.link?.split("#token=")[1] ?? "";
    const token = codecs.map((codec) => codec.parse(link)).find((parsed) => parsed !== null);
    const about = [mail.idempotencyKey, mail.to, token?.accountVersion, mail.code, secret].join();
    const text = JSON.stringify(mail);
    if ((known.get(about) ?? text) !== text) return `${mail.purpose} came again with another text`;
    known.set(about, text);
  }
  return null;
}

/** One delivery has a message for itself, unless it was told that it did not leave. */
function atOnce({ mailbox }: World): string | null {
  const doubled = byKey(mailbox.tries).find((tries) =>
    tries.some((one, at) => {
      const next = tries[at + 1];
      return next !== undefined && one.isKnown && next.at - one.at < CLAIMED;
    }),
  );
  return doubled === undefined ? null : `${doubled[0]?.mail.purpose} was sent twice at once`;
}

function capped({ mailClaims }: World): string | null {
  const counted = mailClaims.filter(({ purpose }) => !NOTICES.has(purpose));
  for (const claims of Map.groupBy(counted, ({ inbox }) => inbox).values()) {
    for (const { period, limit } of CAPS) {
      const over = claims.find((claim, at) => {
        const first = claims[at - limit];
        return first !== undefined && claim.at - first.at < period;
      });
      if (over !== undefined) return `more than ${limit} messages went to one inbox`;
    }
  }
  return null;
}

/** The notice of each change of somebody who is still there, sent or never to be sent. */
function noticed({ ledger, mailbox, ports, db }: World): string | null {
  const sent = new Set(mailbox.delivered.map(({ mail }) => mail.idempotencyKey));
  const byRequest = Map.groupBy(ports.audit.stored(), ({ context }) => context.requestId);
  for (const seen of ledger.all) {
    if (seen.answer?.kind !== "ok" || !db.users.has(seen.asked.user)) continue;
    const events = byRequest.get(originOf(seen).requestId) ?? [];
    const unsent = events.find((event) => isNews(event) && !sent.has(event.id));
    if (unsent !== undefined) return `nobody was mailed of ${unsent.type}`;
  }
  return null;
}

const isNews = ({ type }: Event): boolean =>
  ["user.password.changed", "user.password.reset", "user.email.changed"].includes(type);
