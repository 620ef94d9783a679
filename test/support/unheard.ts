import type { Notify } from "../../src/use-cases/ports.ts";

/** Where a test is not about what an operator hears. */
export const unheard: Notify = () => undefined;
