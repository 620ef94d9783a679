import * as z from "zod";
import { parseEmail } from "../../../domain/accounts/email.ts";
import { EVENT_TYPES, type Event, type Subject } from "../../../domain/events/event.ts";
import { parseServiceAccountId, parseUserId } from "../../../domain/ids.ts";
import type { deliverEvents } from "../../../use-cases/events/deliver-events.ts";

/** What the queue brings, which may have been sent by older code or by an operator's hand. */
type EventMessage = Parameters<typeof deliverEvents>[2][number];

const place = z.int().min(1);
const text = z.string().max(1_000);

export const userId = z.string().transform((value, context) => {
  const id = parseUserId(value);
  if (id.ok) return id.value;
  context.addIssue({ code: "custom", message: "must be a user id" });
  return z.NEVER;
});

const subject = z
  .object({ kind: z.enum(["user", "service_account", "role", "key"]), id: text })
  .transform((value, context): Subject => {
    const { kind, id } = value;
    if (kind === "role" || kind === "key") return { kind, id };
    const known = kind === "user" ? parseUserId(id) : parseServiceAccountId(id);
    if (known.ok) return { kind, id: known.value } as Subject;
    context.addIssue({ code: "custom", message: "must be an id of its kind" });
    return z.NEVER;
  });

const event = z.object({
  id: z.string().regex(/^evt_[\w-]{22}$/),
  type: z.enum(EVENT_TYPES),
  occurredAt: z.int().min(0).max(999_999_999_999_999),
  seq: place.nullable(),
  actor: z.object({
    kind: z.enum(["user", "service", "worker", "operator", "system", "anyone"]),
    id: text,
  }),
  subject,
  context: z.object({
    ip: text.nullable(),
    userAgent: text.nullable(),
    requestId: text.nullable(),
  }),
  outcome: z.enum(["success", "failure"]),
  reason: text.nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
}) satisfies z.ZodType<Event>;

const email = z.string().transform((value, context) => {
  const parsed = parseEmail(value);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: "must be an address" });
  return z.NEVER;
});

export const eventMessage = z.object({
  event,
  mail: z
    .object({
      purpose: z.enum(["verify_email", "invitation", "email_changed", "password_changed"]),
      to: email.nullable(),
    })
    .exactOptional(),
  keeper: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("user"), id: userId, place }),
    z.object({ kind: z.literal("login_name"), id: z.string().regex(/^[0-9a-f]{64}$/), place }),
    z.object({ kind: z.literal("record") }),
  ]),
}) satisfies z.ZodType<EventMessage>;
