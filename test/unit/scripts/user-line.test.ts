import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkedLines } from "../../../scripts/import/check-lines.ts";
import { type Line, linesOf } from "../../../scripts/import/lines.ts";
import { progress } from "../../../scripts/import/progress.ts";
import { parseUserLine, userLine } from "../../../scripts/import/user-line.ts";
import { BUILT_IN_CATALOGUE, type Role } from "../../../src/domain/access/role.ts";
import {
  FIREBASE_HASH,
  FOREIGN_HASHES,
  FOREIGN_PASSWORD,
  TOO_COSTLY_HASHES,
} from "../../support/foreign-hashes.ts";

const NOW = Date.parse("2025-01-01T00:00:00Z");
const rules = { now: NOW, allowPlainSha2: false };
const schema = userLine(rules);
const email = "Ada@Example.com";

const reasons = (line: unknown, using = schema): readonly string[] => {
  const parsed = parseUserLine(using, JSON.stringify(line));
  return parsed.kind === "refused" ? parsed.reasons : [];
};

describe("a line of an import", () => {
  it("is an account with an address alone, or with all there is to say", () => {
    expect(parseUserLine(schema, JSON.stringify({ email }))).toEqual({
      kind: "account",
      user: {
        id: null,
        email: "ada@example.com",
        emailVerified: false,
        name: null,
        passwordHash: null,
        roles: [],
        status: "active",
        createdAt: NOW,
      },
    });
    const id = `usr_${"a".repeat(21)}A`;
    const whole = {
      id,
      email,
      email_verified: true,
      name: "Ada",
      password_hash: FIREBASE_HASH,
      roles: ["editor"],
      status: "disabled",
      created_at: "2024-05-31T08:00:00Z",
    };
    expect(parseUserLine(schema, JSON.stringify(whole))).toEqual({
      kind: "account",
      user: {
        id,
        email: "ada@example.com",
        emailVerified: true,
        name: "Ada",
        passwordHash: FIREBASE_HASH,
        roles: ["editor"],
        status: "disabled",
        createdAt: Date.parse("2024-05-31T08:00:00Z"),
      },
    });
  });

  it("may have a hash of this service's own, from another database of it", () => {
    const own =
      "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU";
    expect(reasons({ email, password_hash: own })).toEqual([]);
  });

  it.each([
    ["an address that is none", { email: "ada" }, "email: must be an e-mail address"],
    ["a key that is not known", { email, admin: true }, 'must not have "admin"'],
    ["a password", { email, password: "x" }, 'must not have "password"'],
    ["a name with padding", { email, name: " Ada" }, "name: must not begin or end"],
    [
      "a time that is none",
      { email, created_at: "yesterday" },
      "created_at: must be a time in UTC",
    ],
    [
      "a time to come",
      { email, created_at: "2025-01-01T00:00:01Z" },
      "created_at: is in the future",
    ],
    ["an id of another form", { email, id: "1" }, "id: must be usr_ and 16 bytes"],
    ["a deleted account", { email, status: "deleted" }, "status: "],
    ["a hash of no known form", { email, password_hash: "{MD5}a" }, "password_hash: is of no form"],
    ["a damaged hash", { email, password_hash: "$2b$10$abc" }, "password_hash: is damaged"],
    ["a damaged hash of ours", { email, password_hash: "$scrypt$a" }, "password_hash: is damaged"],
  ])("is refused for %s", (_, line, reason) => {
    expect(reasons(line)).toEqual([expect.stringContaining(reason)]);
  });

  it.each(Object.entries(TOO_COSTLY_HASHES))(
    "is refused for a hash that asks for too much, which is not quoted: %s",
    (_, hash) => {
      const [reason = ""] = reasons({ email, password_hash: hash });
      expect(reason).toContain("password_hash: asks for more memory or time");
      expect(reason).not.toContain(hash.slice(-8));
    },
  );

  it("is refused for a plain SHA-2 unless the operator says so", () => {
    for (const [name, hash] of Object.entries(FOREIGN_HASHES)) {
      const found = reasons({ email, password_hash: hash });
      const isPlain = name.startsWith("SHA-");
      expect([name, found.length]).toEqual([name, isPlain ? 1 : 0]);
      if (isPlain) expect(found[0]).toContain("--allow-plain-sha2");
      const allowed = userLine({ ...rules, allowPlainSha2: true });
      expect(reasons({ email, password_hash: hash }, allowed)).toEqual([]);
    }
  });

  it("is refused where it is not JSON, in words that quote nothing of it", () => {
    const text = `{"email":"ada@example.com","password_hash":"${FOREIGN_PASSWORD}`;
    expect(parseUserLine(schema, text)).toEqual({ kind: "refused", reasons: ["is not JSON"] });
  });
});

describe("a file of an import", () => {
  let directory: string;
  const file = () => join(directory, "users.ndjson");

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "auth-import-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const role = (name: string, ...permissions: string[]): [string, Role] => [
    name,
    { name, description: "", permissions },
  ];
  const catalogue = new Map([
    ...BUILT_IN_CATALOGUE,
    role("editor", "posts:write"),
    role("owner", "*"),
    ...Array.from({ length: 3 }, (_, at) =>
      role(`many${at}`, ...Array.from({ length: 100 }, (_, one) => `r${at}x${one}:read`)),
    ),
  ]);

  async function refusals(lines: readonly unknown[]): Promise<string[]> {
    writeFileSync(file(), lines.map((line) => JSON.stringify(line)).join("\n"));
    const found: string[] = [];
    for await (const checked of checkedLines(file(), rules, catalogue)) {
      if (checked.kind === "refused") {
        found.push(...checked.reasons.map((reason) => `${checked.line.number} ${reason}`));
      }
    }
    return found;
  }

  it("gives no role that is not there, too much of them, or everything", async () => {
    const lines = [
      ["editor", "user"],
      ["nobody"],
      ["admin"],
      ["owner"],
      ["many0", "many1", "many2"],
    ];
    const found = await refusals(
      lines.map((roles, at) => ({ email: `u${at}@example.com`, roles })),
    );
    expect(found).toEqual([
      "2 roles: there is no role nobody; make it first",
      "3 roles: no import makes an administrator; `npm run admin:create` does",
      "4 roles: no import makes an administrator; `npm run admin:create` does",
      "5 roles: together they grant too much",
    ]);
  });

  it("has an address and an id once, however they are spelled", async () => {
    const id = `usr_${"a".repeat(21)}A`;
    const found = await refusals([
      { email: "ada@example.com", id },
      { email: "ADA@example.com" },
      { email: "grace@example.com", id },
      { email: "grace@example.com" },
    ]);
    expect(found).toEqual(["2 email: is that of line 1", "3 id: is that of line 1"]);
  });

  it("is read line by line, blank ones left out, whatever the chunks it comes in", async () => {
    const long = "ä".repeat(40_000); // longer than a line may be, and than a chunk
    const bytes = [
      `\ufeffone\r\n\n  two\n${long}\n`,
      Uint8Array.of(0xff),
      "\n",
      "é".repeat(30_000),
    ];
    writeFileSync(file(), Buffer.concat(bytes.map((part) => Buffer.from(part))));
    const lines: Line[] = [];
    for await (const line of linesOf(file())) lines.push(line);
    expect(lines.map(({ number, text }) => [number, text?.slice(0, 3) ?? null])).toEqual([
      [1, "one"],
      [3, "two"],
      [4, null],
      [5, null],
      [6, "ééé"],
    ]);
    expect(lines.at(-1)?.end).toBe(Buffer.concat(bytes.map((part) => Buffer.from(part))).length);
  });
});

it("a line that says a thing twice is refused: which of the two was meant is not known", () => {
  const text = '{"email":"ada@example.com","roles":["user"],"roles":["admin"]}';
  const schema = userLine({ now: 0, allowPlainSha2: false });
  expect(parseUserLine(schema, text)).toEqual({
    kind: "refused",
    reasons: ["roles: is given twice"],
  });
});

it("a reason steers no terminal, whatever keys a line has", () => {
  const text = JSON.stringify({
    email: "ada@example.com",
    "\u001b[2J\u202e\ud800": 1,
    ["x".repeat(9_000)]: 1,
  });
  const parsed = parseUserLine(userLine({ now: 0, allowPlainSha2: false }), text);
  const reasons = parsed.kind === "refused" ? parsed.reasons : [];
  expect(reasons).toEqual([expect.stringMatching(/^[^\p{Cc}\p{Cf}\p{Cs}]{1,200}$/u)]);
});

describe("the progress of an import", () => {
  function shown(isTTY: boolean): string {
    let text = "";
    const write = (more: unknown) => {
      text += String(more);
      return true;
    };
    const bar = progress({ isTTY, write });
    bar.show(0.5, "5 lines");
    bar.clear();
    return text;
  }

  it("is a bar on a terminal, which is taken away again, and a line elsewhere", () => {
    const half = `[${"#".repeat(15)}${".".repeat(15)}] 50 %: 5 lines`;
    expect(shown(true)).toBe(`\r\x1b[2K${half}\r\x1b[2K`);
    expect(shown(false)).toBe("50 %: 5 lines\n");
  });
});
