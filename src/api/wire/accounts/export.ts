import * as z from "zod";
import { isConfirmed, isPasskey } from "../../../domain/credentials/factor.ts";
import { parseEventId } from "../../../domain/events/event.ts";
import type { UserExport } from "../../../use-cases/accounts/export-user.ts";
import { cursorOf, formatCursor } from "../cursor.ts";
import { eventOnWire } from "../events/events.ts";
import { time, timeOrNull } from "../time.ts";
import { factorOnWire } from "./factors.ts";
import { userOnWire } from "./users.ts";

export const exportQuery = z.strictObject({ cursor: cursorOf(parseEventId).optional() });

/** One document; `next_cursor` is where one with the older events begins. */
export const exportOnWire = ({
  exportedAt,
  user,
  hasPassword,
  held,
  events,
  last,
}: UserExport) => ({
  exported_at: time(exportedAt),
  user: { ...userOnWire(user), version: user.version },
  password: hasPassword ? { set_at: time(user.passwordSetAt) } : null,
  verified_email: held.verifiedEmail ?? null,
  sessions: held.sessions.map(sessionOnWire),
  factors: held.factors.filter(isConfirmed).map(heldFactorOnWire),
  recovery_codes_left: held.recoveryCodesLeft,
  factors_not_confirmed: held.factors.filter((one) => !isConfirmed(one)).map(({ id }) => id),
  failed_proofs: held.failedProofs.map(({ by, state }) => ({
    by,
    failures: state.failures,
    last_at: time(state.lastAt),
  })),
  events_not_stored_yet: held.events.map(eventOnWire),
  events: events.map(eventOnWire),
  truncated: last !== null,
  next_cursor: last === null ? null : formatCursor({ at: last.occurredAt, id: last.id }),
});

const heldFactorOnWire = (factor: UserExport["held"]["factors"][number]) => ({
  ...factorOnWire(factor),
  ...(isPasskey(factor)
    ? {
        credential_id: factor.credentialId,
        public_key: factor.publicKey,
        user_handle: factor.userHandle,
        sign_count: factor.signCount,
        transports: factor.transports,
      }
    : {}),
});

const sessionOnWire = (session: UserExport["held"]["sessions"][number]) => ({
  id: session.id,
  created_at: time(session.createdAt),
  last_used_at: time(session.lastUsedAt),
  expires_at: time(session.expiresAt),
  ip: session.device.ip,
  user_agent: session.device.userAgent,
  refreshed_at: timeOrNull(session.rotated?.at ?? null),
  refreshed_ip: session.rotated?.by.ip ?? null,
  refreshed_user_agent: session.rotated?.by.userAgent ?? null,
  replayed_elsewhere_at: timeOrNull(session.replayedElsewhereAt),
  client_id: session.clientId,
  audience: session.audience,
  auth_time: time(session.authTime),
  amr: session.amr,
  acr: session.acr,
});
