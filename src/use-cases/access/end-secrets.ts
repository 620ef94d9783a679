import { covers } from "../../domain/access/permission.ts";
import { couldGrant } from "../../domain/clients/service-account.ts";
import type { Raise, Roles, WithSecrets } from "./ports.ts";

/**
 * What an account that comes to do more must lose: the secrets of those who could not have given
 * it as much themselves. With one of them, its maker would have it, too. It is decided on the
 * makers as they are now, before the raise, by the roles as they are now. An account that comes
 * to do no more loses nothing.
 *
 * @param permissions what each account will amount to
 */
export async function raiseOf(
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
