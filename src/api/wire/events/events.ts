import * as z from "zod";
import { EVENT_TYPES, type Event, parseEventId } from "../../../domain/events/event.ts";
import { cursorOf, type Place } from "../cursor.ts";
import { limit } from "../fields.ts";
import { time } from "../time.ts";

/** Whole types, and the branches above them. */
const BRANCHES = new Set(
  EVENT_TYPES.flatMap((type) =>
    type.split(".").map((_, at, all) => all.slice(0, at + 1).join(".")),
  ),
);

const type = z
  .string()
  .refine((text) => BRANCHES.has(text), {
    message: "must be a type of event, or the beginning of one up to a dot",
  })
  .meta({ description: "A type, or the branch above several.", examples: ["user.role"] });

const moment = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-01-31T12:00:00Z" })
  .meta({ examples: ["2026-01-31T12:00:00Z"] })
  .transform((text) => Date.parse(text));

/** An id of a user, a service account or a key, a role's name, or what another actor is called. */
const id = z
  .string()
  .regex(/^[\w.-]{1,64}$/, "must be an id")
  .meta({ examples: ["usr_AAAAAAAAAAAAAAAAAAAAAA"] });

const page = {
  type: type.optional(),
  since: moment.optional(),
  until: moment.optional(),
  cursor: cursorOf(parseEventId).optional(),
  limit,
};

export const ownEventQuery = z.strictObject(page);

export const eventQuery = z
  .strictObject({
    ...page,
    user_id: id.optional(),
    subject_id: id.optional(),
    actor_id: id.optional(),
    format: z.enum(["json", "ndjson", "ocsf"]).default("json"),
  })
  .refine((query) => query.user_id === undefined || query.subject_id === undefined, {
    path: ["subject_id"],
    message: "says the same as user_id: give one of them",
  });

/** The part of a query that both lists have. */
export const pageOf = ({
  type,
  since,
  until,
  cursor,
  limit: size,
}: z.output<typeof ownEventQuery>) => ({
  type: type ?? null,
  since: since ?? null,
  until: until ?? null,
  after: placeOf(cursor),
  limit: size,
});

/** Where a list of events goes on. */
export const placeOf = (cursor: Place<string> | undefined) =>
  cursor === undefined ? null : { occurredAt: cursor.at, id: cursor.id };

export const eventOnWire = ({ context, occurredAt, reason, ...event }: Event) => ({
  id: event.id,
  type: event.type,
  occurred_at: time(occurredAt),
  seq: event.seq,
  actor: event.actor,
  subject: event.subject,
  context: { ip: context.ip, user_agent: context.userAgent, request_id: context.requestId },
  outcome: event.outcome,
  ...(reason === null ? {} : { reason }),
  ...(Object.keys(event.data).length === 0 ? {} : { data: event.data }),
});
