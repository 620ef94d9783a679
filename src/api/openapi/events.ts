import * as z from "zod";
import { EVENT_TYPES, OUTCOMES, SUBJECT_KINDS } from "../../domain/events/event.ts";
import { eventId, nextCursor, time } from "./fields.ts";
import type { Operations } from "./operation.ts";

const party = (kind: z.ZodType<string>) => z.object({ kind, id: z.string() });

export const event = z
  .object({
    id: eventId,
    type: z.enum(EVENT_TYPES),
    occurred_at: time,
    seq: z.int().nullable().meta({
      description: "Its place among the acts that the user's object decided, without a gap.",
    }),
    actor: party(z.string()),
    subject: party(z.enum(SUBJECT_KINDS)),
    context: z.object({
      ip: z.string().nullable(),
      user_agent: z.string().nullable(),
      request_id: z.string().nullable(),
    }),
    outcome: z.enum(OUTCOMES),
    reason: z.string().optional(),
    data: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .optional(),
  })
  .meta({ id: "Event" });

const page = z.object({ events: z.array(event), next_cursor: nextCursor }).meta({ id: "Events" });

export const eventOperations: Operations = {
  "GET /v1/audit-events": {
    id: "listEvents",
    summary: "Read the audit trail",
    description:
      "The newest first. With `format=ndjson` or `ocsf` each line is a document, and where the next page is stands in `Link` (RFC 8288).",
    replies: {
      200: {
        description: "A page of events.",
        body: page,
        asText: ["application/x-ndjson"],
        headers: { link: "The next page, where lines are asked for." },
      },
    },
  },
  "GET /v1/users/me/events": {
    id: "listOwnEvents",
    summary: "Read what concerned one's own account",
    replies: { 200: { description: "A page of events.", body: page } },
  },
};
