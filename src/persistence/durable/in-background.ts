import { consoleLog, errorDetails } from "../../core/logging.ts";
import type { Defer } from "../../use-cases/outside.ts";

/** Work that an object goes on with by itself: nobody waits for it, and the log says what fails. */
export const inBackground: Defer = (work) =>
  void work().catch((error) =>
    consoleLog.error({ event: "deferred_work_failed", ...errorDetails(error) }),
  );
