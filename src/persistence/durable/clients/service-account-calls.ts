import type { AddressedProgram } from "../../../use-cases/clients/judge-program.ts";
import type { Standing } from "../../../use-cases/clients/ports.ts";
import type { Outage } from "../outcome.ts";

export type FindAnswer =
  | { readonly kind: "found"; readonly standing: Standing }
  | { readonly kind: "unknown" };

/** What the object answers over RPC: the judge's answers, and outages as outcomes. */
export interface ProgramCalls {
  find(to: AddressedProgram): Promise<FindAnswer | Outage>;
  noteUse(secretId: string, now: number, since: number): Promise<boolean>;
  catchUp(to: AddressedProgram): Promise<{ readonly kind: "done" } | Outage>;
}
