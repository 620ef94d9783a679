import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, newAdmin, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { beforeFirstWrite } from "../../support/interposed.ts";
import { clientToken, newServiceAccount } from "../../support/service-accounts.ts";

const PATH = "/v1/service-accounts";

let admin: SignedIn;
/** Who loses the right to what is under way, and gets it back for the next test. */
let demoted: SignedIn;
/** What the requests are about. */
let target: { readonly id: string; readonly secretId: string };

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, ...(body === undefined ? {} : { body }) });

beforeAll(async () => {
  [admin, demoted] = [await newAdmin(), await newAdmin()];
  for (const name of ["held", "unused"])
    expect((await asAdmin("POST", "/v1/roles", { name, permissions: ["a:b"] })).status).toBe(201);
  const { id } = await newServiceAccount(admin.accessToken, ["held"]);
  const { body } = await asAdmin("GET", `${PATH}/${id}/secrets`);
  target = { id, secretId: body.secrets[0].id };
});

let serial = 0;
const TABLES = [
  "roles",
  "role_permissions",
  "service_accounts",
  "service_account_roles",
  "service_account_secrets",
];

/** Everything that these requests could write, but what the loss itself changes. */
async function written(except: readonly string[]): Promise<unknown> {
  const columns = ["id", "service_account_id", "name", "role"];
  const results = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) => env.DB.prepare(`select * from ${table}`)),
  );
  return results.map(({ results: rows }) =>
    rows.filter((row) => !columns.some((column) => except.includes(String(row[column])))),
  );
}

type Request = [name: string, method: string, path: () => string, body?: unknown];

const REQUESTS: Request[] = [
  ["makes a role", "POST", () => "/v1/roles", { name: "new", permissions: ["x:y"] }],
  ["edits a role", "PATCH", () => "/v1/roles/held", { permissions: ["*"] }],
  ["removes a role", "DELETE", () => "/v1/roles/unused"],
  ["makes a program", "POST", () => PATH, { name: "mine", roles: ["admin"] }],
  ["renames a program", "PATCH", () => `${PATH}/${target.id}`, { name: "mine" }],
  ["gives a program a role", "PUT", () => `${PATH}/${target.id}/roles/admin`],
  ["takes a program's role", "DELETE", () => `${PATH}/${target.id}/roles/held`],
  ["makes a secret", "POST", () => `${PATH}/${target.id}/secrets`],
  ["ends a secret", "DELETE", () => `${PATH}/${target.id}/secrets/${target.secretId}`],
  ["deletes a program", "DELETE", () => `${PATH}/${target.id}`],
];

describe.each(REQUESTS)("AUZ-04 a request under way that %s", (_, method, path, body) => {
  /** Sends it, and takes the right of whoever sent it after it was checked. */
  async function sent(
    except: readonly string[],
    token: string,
    loss: () => Promise<{ status: number }>,
  ) {
    const before = await written(except);
    const service = serviceWith({
      DB: beforeFirstWrite(async () => expect((await loss()).status).toBeLessThan(300)),
    });
    const reply = await service(method, path(), { token, ...(body === undefined ? {} : { body }) });
    expect([reply.status, reply.body.code]).toEqual([403, "forbidden"]);
    expect(await written(except)).toEqual(before);
  }

  it("writes nothing once its administrator's demotion was acknowledged", async () => {
    const role = `/v1/users/${demoted.id}/roles/admin`;
    await sent([demoted.id], demoted.accessToken, () => asAdmin("DELETE", role));
    expect((await asAdmin("PUT", role)).status).toBe(204);
  });

  it("writes nothing once the role that its program acts by grants less", async () => {
    const name = `able-${++serial}`;
    await asAdmin("POST", "/v1/roles", { name, permissions: ["*"] });
    const program = await newServiceAccount(admin.accessToken, [name]);
    const token = await clientToken(program);
    const narrow = () => asAdmin("PATCH", `/v1/roles/${name}`, { permissions: ["roles:write"] });
    await sent([program.id, name], token, narrow);
  });

  it("writes nothing once the program that sent it was disabled", async () => {
    const program = await newServiceAccount(admin.accessToken, ["admin"]);
    const token = await clientToken(program);
    const disabled = { status: "disabled" };
    await sent([program.id], token, () => asAdmin("PATCH", `${PATH}/${program.id}`, disabled));
  });
});
