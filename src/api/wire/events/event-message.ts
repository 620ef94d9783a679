import * as z from "zod";
import { ACTOR_KINDS } from "../../../domain/access/actor.ts";
import {
  EVENT_MAILS,
  EVENT_TYPES,
  type Event,
  OUTCOMES,
  parseEventId,
  SUBJECT_KINDS,
  type Subject,
} from "../../../domain/events/event.ts";
import { parseServiceAccountId, parseUserId } from "../../../domain/ids.ts";
import type { deliverEvents } from "../../../use-cases/events/deliver-events.ts";
import { userId } from "../fields.ts";
import { address, moment, origin, text } from "../queue.ts";

/** What the queue brings, which may have been sent by older code or by an operator's hand. */
type EventMessage = Parameters<typeof deliverEvents>[2][number];

const place = z.int().min(1);
const subject = z
  .object({ kind: z.enum(SUBJECT_KINDS), id: text })
  .transform((value, context): Subject => {
    const { kind, id } = value;
    if (kind === "role" || kind === "key") return { kind, id };
    const known = kind === "user" ? parseUserId(id) : parseServiceAccountId(id);
    if (known.ok) return { kind, id: known.value } as Subject;
    context.addIssue({ code: "custom", message: "must be an id of its kind" });
    return z.NEVER;
  });

const event = z.object({
  id: z.string().refine((id) => parseEventId(id).ok),
  type: z.enum(EVENT_TYPES),
  occurredAt: moment,
  seq: place.nullable(),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), id: text }),
  subject,
  context: origin,
  outcome: z.enum(OUTCOMES),
  reason: text.nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
}) satisfies z.ZodType<Event>;

export const eventMessage = z.object({
  event,
  mail: z
    .object({
      purpose: z.enum(EVENT_MAILS),
      to: address.nullable(),
    })
    .exactOptional(),
  keeper: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("user"), id: userId, place }),
    z.object({ kind: z.literal("login_name"), id: z.string().regex(/^[0-9a-f]{64}$/), place }),
    z.object({ kind: z.literal("record") }),
  ]),
}) satisfies z.ZodType<EventMessage>;
