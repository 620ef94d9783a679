import { Hono } from "hono";
import type { Event } from "../../../domain/events/event.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { answer } from "../../http/refusals.ts";
import { queryParams } from "../../http/validation.ts";
import { formatCursor } from "../../wire/cursor.ts";
import { eventOnWire, eventQuery, ownEventQuery, pageOf } from "../../wire/events/events.ts";
import { ocsfOf } from "../../wire/events/ocsf.ts";

/** What happened: everything for auditors, and to everybody what concerns their own account. */
export const auditRoutes = new Hono<AppEnv>()
  .get(
    "/v1/audit-events",
    access({ permission: "audit:read" }),
    queryParams(eventQuery),
    async (c) => {
      const { format, ...given } = c.req.valid("query");
      const { user_id, subject_id = user_id ?? null, actor_id: actor = null } = given;
      const query = { ...pageOf(given), subject: subject_id, actor };
      const listed = await c.get("services").events.listEvents(c.get("caller"), query);
      return answer(c, listed, ({ events, last }) =>
        format === "json"
          ? c.json({ events: events.map(eventOnWire), next_cursor: cursorAt(last) })
          : lines(
              c,
              format === "ocsf" ? events.map(ocsfOf) : events.map(eventOnWire),
              cursorAt(last),
            ),
      );
    },
  )

  .get("/v1/users/me/events", access("self"), queryParams(ownEventQuery), async (c) => {
    const { listOwnEvents } = c.get("services").events;
    const listed = await listOwnEvents(c.get("user"), pageOf(c.req.valid("query")));
    return answer(c, listed, ({ events, last }) =>
      c.json({ events: events.map(eventOnWire), next_cursor: cursorAt(last) }),
    );
  });

const cursorAt = (last: Event | null): string | null =>
  last === null ? null : formatCursor({ at: last.occurredAt, id: last.id });

/** A JSON document a line; where the next page is stands in the header (RFC 8288). */
function lines(c: AppContext, documents: readonly object[], cursor: string | null): Response {
  const next = new URL(c.req.url);
  if (cursor !== null) next.searchParams.set("cursor", cursor);
  const link = cursor === null ? {} : { link: `<${next.pathname}${next.search}>; rel="next"` };
  const body = documents.map((document) => `${JSON.stringify(document)}\n`).join("");
  return c.body(body, 200, { "content-type": "application/x-ndjson", ...link });
}
