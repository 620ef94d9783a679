import { isLiving, type Program, programOf } from "../../domain/clients/service-account.ts";
import { parseServiceAccountId, type ServiceAccountId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Clock, Defer } from "../outside.ts";
import type { ProgramRecord, Programs, ServiceAccounts } from "./ports.ts";

export interface ClientSecretCodec {
  /** A new secret of an account, to be shown once, and what is stored of it. */
  create(id: ServiceAccountId): { readonly secret: string; readonly hash: string };
  /**
   * True for one that was made here for this account, whatever has become of it since. False for a
   * guess, for one without a tag, and for one whose root secret is gone.
   */
  isMadeFor(id: ServiceAccountId, secret: string): boolean;
  matches(secret: string, hash: string): boolean;
}

export type ClientAuthenticationDeps = {
  readonly programs: Pick<Programs, "find" | "noteUse">;
  readonly programRecord: ProgramRecord;
  readonly serviceAccounts: Pick<ServiceAccounts, "noteUse">;
  readonly clientSecrets: ClientSecretCodec;
  readonly clock: Clock;
  readonly defer: Defer;
};

export type ClientCredentials = { readonly id: string; readonly secret: string };

/** Milliseconds after a noted use in which further uses are not written down. */
const USE_NOTED_FOR = 60 * 60 * 1_000;

/**
 * Authenticates a service account by its secret (RFC 6749, section 2.3.1). Account
 * and secrets are known as of one moment: a secret that a raise ended never yields the raised
 * account. No guess wakes an object: D1 judges what is not known to be made here. Unknown, wrong,
 * expired and disabled look alike.
 */
export async function authenticateClient(
  deps: ClientAuthenticationDeps,
  { id, secret }: ClientCredentials,
): Promise<Result<Program, "invalid_client">> {
  const parsed = parseServiceAccountId(id);
  if (!parsed.ok) return err("invalid_client");
  const now = deps.clock();
  const isOurs = deps.clientSecrets.isMadeFor(parsed.value, secret);
  const standing = isOurs
    ? await deps.programs.find(parsed.value)
    : await deps.programRecord.read(parsed.value);
  const used = standing?.secrets.find(
    (held) => isLiving(held, now) && deps.clientSecrets.matches(secret, held.hash),
  );
  if (standing === null || used === undefined || standing.status !== "active") {
    return err("invalid_client");
  }
  const since = now - USE_NOTED_FOR;
  if (used.lastUsedAt === null || used.lastUsedAt <= since) {
    deps.defer(async () => {
      // The object first: of many uses at once it lets one write, also while D1 is away.
      const isNews = !isOurs || (await deps.programs.noteUse(standing.id, used.id, now, since));
      if (isNews) await deps.serviceAccounts.noteUse(used.id, now, since);
    });
  }
  const { secrets: _, ...account } = standing;
  return ok(programOf(account));
}
