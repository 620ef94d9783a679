import { mailRequest } from "../../../src/api/wire/accounts/mail-request.ts";
import { eventMessage } from "../../../src/api/wire/events/event-message.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { valueIn } from "../support/json.ts";
import { assertEqual } from "../support/property.ts";

const origin = { ip: "192.0.2.1", userAgent: "curl", requestId: "r" };
const user = { kind: "user", id: "usr_AAAAAAAAAAAAAAAAAAAAAA" };
const event = {
  ...{ id: "evt_AAAAAAAAAAAAAAAAAAAAAA", type: "session.opened", occurredAt: 1, seq: 1 },
  ...{ actor: user, subject: user, context: origin, outcome: "success", reason: null },
  data: { session: "s", roles: ["user"] },
};
const asked = {
  ...{ kind: "mail_request", id: "mail_AAAAAAAAAAAAAAAAAAAAAA", requestedAt: 1 },
  ...{ email: "a@b.cd", from: origin },
};

/** A message that was read, sent again, is read as the same. */
export const target: FuzzTarget = {
  seeds: [
    { event, keeper: { ...user, place: 1 }, mail: { purpose: "invitation", to: null } },
    { event, keeper: { kind: "login_name", id: "0".repeat(64), place: 1 } },
    { event, keeper: { kind: "record" } },
    { ...asked, purpose: "register" },
    { ...asked, purpose: "sign_in_code", flow: "1.AAAAAAAAAAAAAAAAAAAAAA" },
    { ...asked, purpose: "confirm_new_email", userId: user.id, accountVersion: 1 },
  ].map((message) => JSON.stringify(message)),
  maxLength: 900,
  holds(input) {
    const value = valueIn(input);
    return [eventMessage, mailRequest]
      .map((schema) => {
        const read = schema.safeParse(value);
        if (!read.success) return String(read.error.issues[0]?.path[0]);
        assertEqual(schema.safeParse(JSON.parse(JSON.stringify(read.data))).data, read.data);
        return "read";
      })
      .join(" ");
  },
};
