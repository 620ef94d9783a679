/**
 * `npm run admin:create -- --email ops@example.com [--env production] [--remote]`
 *
 * Makes an administrator, of a new or an existing account, through `wrangler d1 execute`. The
 * password comes from the terminal, from standard input or from ADMIN_PASSWORD, never from the
 * command line, where other processes and the shell's history would see it. It is hashed here; only
 * the hash goes to the database. It must be what the service of that environment would accept, by
 * the vars of wrangler.toml, and 15 characters at least. For an existing account whose address is
 * verified it may be left out: the account then keeps the password it has. If the account changes
 * while this waits for the password, nothing is done.
 */
import { randomBytes } from "node:crypto";
import { consoleLog } from "../src/core/logging.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../src/core/security/passwords.ts";
import { type Email, parseEmail } from "../src/domain/accounts/email.ts";
import { adminPolicy, makeAdmin } from "./make-admin.ts";
import { serviceConfig } from "./service-config.ts";
import { argumentsOf, fail, readSecret } from "./terminal.ts";
import { TARGET_OPTIONS, type Target, targetOf, wranglerDatabase } from "./wrangler-d1.ts";

function readArguments(): { email: Email; target: Target } {
  const { values } = argumentsOf({
    options: {
      email: { type: "string" },
      ...TARGET_OPTIONS,
    },
  });
  const email = parseEmail(values.email ?? "");
  if (!email.ok) fail("Say whose account: npm run admin:create -- --email ops@example.com");
  return { email: email.value, target: targetOf(values) };
}

const { email, target } = readArguments();
const config = serviceConfig(target.environment);
if (!config.ok) fail(config.error);
const hasher = passwordHasher(
  SCRYPT_ENGINES.native,
  (length) => new Uint8Array(randomBytes(length)),
);
const made = await makeAdmin(
  {
    database: wranglerDatabase(target),
    policy: adminPolicy(config.value, fetch, consoleLog),
    readPassword: (prompt) => readSecret("ADMIN_PASSWORD", prompt),
    hash: hasher.hash,
    now: Date.now,
  },
  email,
);
if (!made.ok) fail(made.error);
console.log(made.value);
