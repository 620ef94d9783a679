import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { dumpD1, dumpKv, dumpObject } from "./storage.ts";

/** Everything that is stored anywhere, by store. */
export async function dumpEverything(): Promise<Record<string, string>> {
  const objects = async <T extends Rpc.DurableObjectBranded>(
    namespace: DurableObjectNamespace<T>,
  ) => {
    const ids = await listDurableObjectIds(namespace);
    return Promise.all(ids.map((id) => dumpObject(namespace.get(id))));
  };
  const dumps = {
    d1: await dumpD1(),
    audit: await dumpD1(env.AUDIT_DB),
    users: await objects(env.USERS),
    throttles: await objects(env.LOGIN_THROTTLES),
    kv: await dumpKv(),
  };
  return Object.fromEntries(Object.entries(dumps).map(([name, all]) => [name, written(all)]));
}

/** Maps and sets as well, which JSON leaves empty. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Map || part instanceof Set ? [...part] : part,
  );
