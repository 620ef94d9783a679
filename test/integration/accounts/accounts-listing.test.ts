import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../../../src/core/security/encoding.ts";
import { call, newAdmin } from "../../support/client.ts";

const SOME_ID = `usr_${"A".repeat(22)}`;

let token: string;
const list = (query: string) => call("GET", `/v1/users?${query}`, { token });

/** Accounts that nobody signs in to, several of them made in the same millisecond. */
beforeAll(async () => {
  token = (await newAdmin()).accessToken;
  const insert = env.DB.prepare(
    `insert into users (id, email, status, created_at, updated_at) values (?, ?, ?, ?, ?)`,
  );
  await env.DB.batch(
    Array.from({ length: 23 }, (_, i) => {
      const id = `usr_${toBase64Url(crypto.getRandomValues(new Uint8Array(16)))}`;
      const createdAt = 1_700_000_000_000 + Math.floor(i / 5);
      const status = i % 4 === 0 ? "disabled" : "active";
      return insert.bind(id, `listed.${i}@example.com`, status, createdAt, createdAt);
    }),
  );
});

type Listed = { id: string; email: string; status: string; created_at: string };

async function walk(filter: string): Promise<Listed[]> {
  const found: Listed[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const next: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await list(`${filter}${next}`);
    expect(page.status).toBe(200);
    expect(page.body.users.length).toBeLessThanOrEqual(4);
    found.push(...page.body.users);
    cursor = page.body.next_cursor;
  }
  return found;
}

describe("the list of users", () => {
  it("is walked page by page, newest first, with no gaps and no repeats", async () => {
    const whole = await list("limit=100");
    expect(whole.body.next_cursor).toBeNull();
    expect(whole.body.users).toHaveLength(24);
    const walked = await walk("limit=4");
    expect(walked).toEqual(whole.body.users);
    expect(new Set(walked.map((user) => user.id)).size).toBe(24);
    const times = walked.map((user) => user.created_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it("ends exactly when the last page is full", async () => {
    const walked = await walk("limit=4&status=active");
    expect(walked).toHaveLength(18);
    expect((await list("limit=24")).body.next_cursor).toBeNull();
  });

  it("is filtered by status and by address, in any case of its letters", async () => {
    const disabled = await walk("status=disabled&limit=4");
    expect(disabled).toHaveLength(6);
    expect(new Set(disabled.map((user) => user.status))).toEqual(new Set(["disabled"]));
    const one = await list("email=LISTED.7%40example.com");
    expect(one.body.users).toMatchObject([{ email: "listed.7@example.com" }]);
    expect((await list("email=listed.7%40example.com&status=disabled")).body.users).toEqual([]);
    expect((await list("email=listed.99%40example.com")).body.users).toEqual([]);
  });

  it("tells no credential", async () => {
    const { body } = await list("limit=100");
    expect(JSON.stringify(body)).not.toMatch(/password|hash|scrypt|version/);
  });
});

it.each([
  ["cursor", "cursor=garbage"],
  ["cursor", `cursor=${toBase64Url(utf8("1700000000000 usr_short"))}`],
  ["cursor", `cursor=${toBase64Url(utf8("1e9 usr_AAAAAAAAAAAAAAAAAAAAAA"))}`],
  ["cursor", `cursor=${toBase64Url(utf8("1700000000000 ' or 1=1 --"))}`],
  ["cursor", `cursor=${toBase64Url(utf8(`1700000000000 ${SOME_ID} more`))}`],
  ["cursor", `cursor=${toBase64Url(utf8(`01700000000000 ${SOME_ID}`))}`],
  ["cursor", `cursor=${toBase64Url(utf8(`1700000000000  ${SOME_ID}`))}`],
  ["cursor", `cursor=${toBase64Url(utf8(`1700000000000 ${SOME_ID}`)).slice(0, -1)}`],
  ["cursor", `cursor=${toBase64Url(utf8(`1700000000000 ${SOME_ID}`))}%3D%3D`],
  ["cursor", `cursor=${"A".repeat(200)}`],
  ["cursor", "cursor="],
  ["limit", "limit=0"],
  ["limit", "limit=101"],
  ["limit", "limit=-1"],
  ["limit", "limit=1.5"],
  ["limit", "limit=many"],
  ["limit", "limit="],
  ["status", "status=deleted"],
  ["email", "email=%25"],
  ["page", "page=2"],
  ["limit", "limit=1&limit=2"],
])("a wrong %s is refused by name: %s", async (field, query) => {
  const reply = await list(query);
  expect(reply.status).toBe(400);
  expect(reply.body.errors).toMatchObject([{ path: field }]);
});
