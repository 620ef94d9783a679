import { parseUserLine, userLine } from "../../../scripts/import/user-line.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const schema = userLine({ now: NOW, allowPlainSha2: false });

const full = {
  email: "Ada@Example.com",
  email_verified: true,
  name: "Ada",
  password_hash: "$2b$06$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O",
  roles: ["user"],
  status: "disabled",
  created_at: "2024-05-31T08:00:00Z",
  id: "usr_AAAAAAAAAAAAAAAAAAAAAA",
};

/** What is read, written as a line again, is the same account; reasons are a line each to print. */
export const target: FuzzTarget = {
  seeds: [JSON.stringify(full), '{"email":"a@b.cd"}', '{"email":"a@b.cd","email":"x@b.cd"}', "[]"],
  maxLength: 700,
  holds(input) {
    const parsed = parseUserLine(schema, input);
    if (parsed.kind === "refused") {
      assert(parsed.reasons.length > 0, "refused without a reason");
      for (const reason of parsed.reasons) {
        assert(/^[^\p{Cc}\p{Cs}\u2028\u2029]{1,300}$/u.test(reason), "not a line to print");
      }
      return (parsed.reasons[0] ?? "").replace(/^\S*: /, "").slice(0, 12);
    }
    const { user } = parsed;
    const again = {
      email: user.email,
      email_verified: user.emailVerified,
      name: user.name,
      password_hash: user.passwordHash,
      roles: user.roles,
      status: user.status,
      created_at: new Date(user.createdAt).toISOString(),
      ...(user.id === null ? {} : { id: user.id }),
    };
    assertEqual(parseUserLine(schema, JSON.stringify(again)), parsed);
    return "account";
  },
};
