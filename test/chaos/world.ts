import type { Ledger } from "./ledger.ts";
import type { Ended, Pending, Person } from "./people.ts";
import type { Random } from "./random.ts";
import type { Service } from "./service.ts";

/** The role that people are given and lose again. */
export const ROLE = "reader";

/** A role as it was acknowledged; null where there is none. */
export type KnownRole = { state: string | null; pending: Pending<string | null> | null };

/** Who uses the service, and what each of them knows. */
export type World = {
  readonly service: Service;
  readonly ledger: Ledger;
  /** Where mail comes (test/support/mail-server.ts). */
  readonly mailServer: string;
  readonly random: Random;
  readonly admin: Person;
  readonly people: readonly Person[];
  readonly ended: Ended[];
  /** Descriptions of roles, by name. */
  readonly roles: Map<string, KnownRole>;
  /** Signing keys that a reply named. */
  readonly kids: Set<string>;
  /** Addresses that were registered, with the act. */
  readonly registered: Map<string, string>;
};

export const everybody = ({ admin, people }: World): readonly Person[] => [admin, ...people];

/** The administrator's access token. */
export function adminToken({ admin }: World): string {
  const [session] = admin.sessions;
  if (session === undefined) throw new Error("the administrator is not signed in");
  return session.access;
}
