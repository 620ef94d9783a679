import { sql } from "drizzle-orm";
import * as z from "zod";
import type { HeldSecret } from "../../../domain/clients/service-account.ts";
import type { ProgramRecord } from "../../../use-cases/clients/ports.ts";
import { atomically, type Database } from "../database.ts";
import { rowReader, time } from "../rows.ts";
import { accountRows, GRANTED, selectAccounts } from "./service-account-rows.ts";

/** What a service account's object reads: the row, its rights and its secrets in one transaction. */
export function d1ProgramRecord(db: Database): ProgramRecord {
  return {
    async read(id) {
      const [accounts, secrets] = await atomically(db, [
        selectAccounts(sql`id = ${id}`, GRANTED),
        sql`select id, rowid as row_number, hash, last_used_at, expires_at
          from service_account_secrets where service_account_id = ${id} order by created_at, rowid`,
      ]);
      const [account] = accountRows.read(accounts?.results);
      if (account === undefined) return null;
      const { status, roles, permissions, version, tokensFrom } = account;
      const held = heldSecrets.read(secrets?.results);
      return { id, status, roles, permissions, version, tokensFrom, secrets: held };
    },
  };
}

const heldSecrets = rowReader(
  "client_secret_row_unreadable",
  z
    .object({
      id: z.string(),
      hash: z.string(),
      last_used_at: time.nullable(),
      expires_at: time.nullable(),
    })
    .transform(
      ({ id, hash, last_used_at, expires_at }): HeldSecret => ({
        id,
        hash,
        lastUsedAt: last_used_at,
        expiresAt: expires_at,
      }),
    ),
);
