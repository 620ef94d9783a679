import type { ListedSession } from "../../../use-cases/sessions/listed-session.ts";
import { time, timeOrNull } from "../time.ts";

export const sessionsOnWire = (sessions: readonly ListedSession[]) => ({
  sessions: sessions.map((session) => ({
    id: session.id,
    created_at: time(session.createdAt),
    last_used_at: time(session.lastUsedAt),
    expires_at: time(session.expiresAt),
    ip: session.device.ip,
    user_agent: session.device.userAgent,
    current: session.isCurrent,
    replayed_elsewhere_at: timeOrNull(session.replayedElsewhereAt),
  })),
});
