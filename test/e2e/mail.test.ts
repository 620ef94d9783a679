import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy, startDevServer, until } from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { mailTo } from "../support/mailbox.ts";
import { someSecret } from "../support/model-secrets.ts";

const API_KEY = "re_canary_1";
const PASSWORD = "seven quiet herons by the estuary";

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject(inject("migratedState"));
  // What docs/mail.md asks for: of the secrets wrangler passes on those that are required alone.
  const config = join(project.directory, "wrangler.toml");
  const required = (names: string) => `secrets.required = [${names}]`;
  const text = readFileSync(config, "utf8");
  writeFileSync(
    config,
    text.replace(required('"AUTH_SECRETS"'), required('"AUTH_SECRETS", "MAIL_API_KEY"')),
  );
  const secrets = `AUTH_SECRETS="${someSecret(1)}"\nMAIL_API_KEY="${API_KEY}"\n`;
  writeFileSync(join(project.directory, ".dev.vars"), secrets);
});
afterAll(() => project.remove());

it("with the address of an API it goes there, with its key and the same idempotency key each time", async () => {
  const asked: { readonly headers: IncomingHttpHeaders; readonly text: string }[] = [];
  const api = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ headers: request.headers, text: Buffer.concat(chunks).toString() });
    // The first answer is lost.
    if (asked.length === 1) response.destroy();
    else response.writeHead(200, { "content-type": "application/json" }).end('{"id":"1"}');
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  const server = await startDevServer(project.directory, {
    MAIL_TRANSPORT: `http://127.0.0.1:${port}/emails`,
  });
  try {
    const email = "grace@example.com";
    await httpClient(server.base).register(email, PASSWORD);
    await until(async () => asked.length === 2, 20_000);
    const [first, second] = asked;
    expect(second?.headers["idempotency-key"]).toMatch(/^evt_/);
    expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
    expect(second?.text).toBe(first?.text);
    expect(first?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    for (const { headers } of asked) expect(headers["authorization"]).toBe(`Bearer ${API_KEY}`);
    expect(await mailTo(project.directory, email)).toEqual([]);
    expect(server.output()).toContain("mail_failed");
    for (const secret of [API_KEY, email, "#token=", PASSWORD]) {
      expect(server.output()).not.toContain(secret);
    }
  } finally {
    await server.stop();
    api.close();
  }
});
