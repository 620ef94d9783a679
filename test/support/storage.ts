import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { KvAuthorityStore } from "../../src/persistence/durable/accounts/authority-store.ts";
import type { UserObject } from "../../src/persistence/durable/accounts/user-object.ts";
import type { ServiceAccountObject } from "../../src/persistence/durable/clients/service-account-object.ts";

/** A stub of a user's object; a fresh one, since a crash breaks those that were there. */
export const userObject = (userId: string): DurableObjectStub<UserObject> =>
  env.USERS.get(env.USERS.idFromName(userId));

/** The same of a service account's object. */
export const programObject = (id: string): DurableObjectStub<ServiceAccountObject> =>
  env.SERVICE_ACCOUNTS.get(env.SERVICE_ACCOUNTS.idFromName(id));

/** Everything that a database holds, by table. */
export async function dumpD1(database = env.DB): Promise<Record<string, unknown[]>> {
  const { results: tables } = await database
    .prepare("select name from sqlite_master where type = 'table' and name not like '_cf_%'")
    .all<{ name: string }>();
  const dumps = tables.map(async ({ name }) => {
    const { results } = await database.prepare(`select * from "${name}"`).all();
    return [name, results] as const;
  });
  return Object.fromEntries(await Promise.all(dumps));
}

export async function dumpKv(): Promise<Record<string, string | null>> {
  const { keys } = await env.JWKS_CACHE.list();
  const dumps = keys.map(async ({ name }) => [name, await env.JWKS_CACHE.get(name)] as const);
  return Object.fromEntries(await Promise.all(dumps));
}

/** Everything that a Durable Object holds: its key-value pairs and its tables. */
export function dumpObject(stub: DurableObjectStub): Promise<Record<string, unknown>> {
  return runInDurableObject(stub, (_, { storage }) => {
    const names = storage.sql
      .exec<{ name: string }>(
        "select name from sqlite_master where type = 'table' and name not like '_cf_%'",
      )
      .toArray();
    const tables = names.map(({ name }) => [
      name,
      storage.sql.exec(`select * from "${name}"`).toArray(),
    ]);
    return { pairs: [...storage.kv.list()], tables: Object.fromEntries(tables) };
  });
}

/** The change that a user's object has begun and not settled, if any. */
export function intentOf(userId: string): Promise<unknown> {
  return runInDurableObject(userObject(userId), (_, { storage }) => storage.kv.get("intent"));
}

/** A real outage of D1, in the Worker and in every object: the table is not there. */
export async function withoutTable<T>(table: string, work: () => Promise<T>): Promise<T> {
  await env.DB.prepare(`alter table ${table} rename to ${table}_away`).run();
  try {
    return await work();
  } finally {
    await env.DB.prepare(`alter table ${table}_away rename to ${table}`).run();
  }
}

/** D1 can be read, and refuses what would change a table. */
export async function withoutWriting<T>(table: string, work: () => Promise<T>): Promise<T> {
  const kinds = ["insert", "update", "delete"];
  for (const kind of kinds) {
    await env.DB.prepare(
      `create trigger no_${kind} before ${kind} on ${table}
       begin select raise(abort, 'this table cannot be written'); end`,
    ).run();
  }
  try {
    return await work();
  } finally {
    for (const kind of kinds) await env.DB.prepare(`drop trigger no_${kind}`).run();
  }
}

/**
 * The next commit of an object kills it: D1 has the change by then and the object does not. The
 * runtime drops the instance and starts another from what was stored. It is for whichever instance
 * comes: a busy machine may have put away the one that is there now.
 */
export function crashAtCommit(): void {
  vi.spyOn(KvAuthorityStore.prototype, "settle").mockImplementationOnce(() => {
    throw new Error("the object dies here");
  });
}
