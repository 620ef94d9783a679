import type { Device } from "../../../domain/sessions/refresh-session.ts";
import type { RefreshCommand } from "../../../use-cases/sessions/ports.ts";

/*
 * An object's code changes up to 300 s later than its callers' (platform): each side completes
 * what older code on the other one does not say.
 */

const NOWHERE: Device = { ip: null, userAgent: null };

/** A refresh, which older Workers did not say the origin of. */
export function completeRefresh(command: RefreshCommand): RefreshCommand {
  const { device = NOWHERE } = command;
  return { ...command, device };
}
