import type { Notify } from "../../src/use-cases/events/ports.ts";

/** Where a test is not about what an operator hears. */
export const unheard: Notify = () => undefined;
