import { covers } from "../../domain/access/permission.ts";
import { couldGrant } from "../../domain/clients/service-account.ts";
import type { Raise, Roles, WithSecrets } from "./ports.ts";

/**
 * The secrets that a raise ends: those whose makers may not grant what the account may do then.
 * Makers and roles are read as they are before the raise. Without a raise nothing ends.
 *
 * @param permissions what each account may do then
 */
export async function decideRaise(
  roles: Roles,
  raised: readonly WithSecrets[],
  permissions: (holder: WithSecrets) => readonly string[],
): Promise<Raise> {
  const secrets = raised.flatMap((holder) => holder.secrets);
  const makers = new Set(secrets.flatMap(({ maker }) => maker.roles));
  const catalogue = await roles.named([...makers]);
  const ended = raised.flatMap((holder) => {
    const wanted = permissions(holder);
    if (covers(holder.account.permissions, wanted)) return [];
    return holder.secrets.filter(({ maker }) => !couldGrant(maker, catalogue, wanted));
  });
  return { seen: secrets.map(({ id }) => id), ended: ended.map(({ id }) => id) };
}
