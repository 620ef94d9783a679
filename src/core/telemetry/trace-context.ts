/**
 * Where a request stands in a trace that spans services (W3C Trace Context, section 3.2). It names
 * lines and calls, and decides nothing.
 *
 * @property traceId 32 hex digits
 * @property isSampled whether who began the trace records it
 */
export type TraceContext = { readonly traceId: string; readonly isSampled: boolean };

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NONE = /^0+$/;

/**
 * The trace that a caller names, or null for none and for whatever the standard does not allow. Of a
 * later version what version 00 has is read, and nothing behind it (section 4.3).
 */
export function parseTraceparent(header: string | undefined): TraceContext | null {
  const [, version = "ff", traceId = "", parentId = "", flags = "", rest] =
    TRACEPARENT.exec(header ?? "") ?? [];
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (NONE.test(traceId) || NONE.test(parentId)) return null;
  return { traceId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A trace that begins here. Nobody is asked to record it. */
export const newTrace = (newUuid: () => string): TraceContext => ({
  traceId: newUuid().replaceAll("-", ""),
  isSampled: false,
});

/** The header for a call that belongs to the trace, with an id of that call's own. */
export function traceparentOf({ traceId, isSampled }: TraceContext, newUuid: () => string): string {
  // The last digits: those before them hold a version, and are the same in every UUID.
  const spanId = newUuid().replaceAll("-", "").slice(-16);
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
