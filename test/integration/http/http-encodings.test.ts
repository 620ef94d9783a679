import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, expectInvalid, pathTo } from "../../support/bounded-call.ts";
import { newAdmin, newUser, type Options, ORIGIN, type Reply } from "../../support/client.ts";
import { accessTo, expectedVerdict, type Kind, routes, verdictOf } from "../../support/matrix.ts";
import { nameOf, routesWith } from "../../support/route-inputs.ts";
import { fieldsOf, rightValues } from "../../support/schema-values.ts";
import { basic, clientToken, newServiceAccount } from "../../support/service-accounts.ts";

type Caller = { readonly kind: Kind; readonly token?: string };

let admin: string;
let program: Record<string, string>;
let callers: readonly Caller[];
beforeAll(async () => {
  admin = (await newAdmin()).accessToken;
  const account = await newServiceAccount(admin, ["admin"]);
  program = basic(account);
  callers = [
    { kind: "none" },
    { kind: "garbage", token: "a.b.c" },
    { kind: { holds: [] }, token: (await newUser()).accessToken },
    { kind: { holds: ["*"] }, token: admin },
    { kind: { holds: ["*"], isProgram: true }, token: await clientToken(account) },
  ];
});

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    parts.flatMap((part) => [
      ...(typeof part === "string" ? new TextEncoder().encode(part) : part),
    ]),
  );

/** Without a stated length, as a client sends what it makes on the way. */
const streamed = (text: string): ReadableStream =>
  new Blob([text.slice(0, 5), text.slice(5)]).stream();

/** What no JSON body is, by what is wrong; the field is the first of a right one. */
const damaged = (field: string, json: string): Record<string, Options["body"]> => ({
  "an invalid byte": bytes(`{"${field}":"`, [0xff], '"}'),
  "an overlong NUL": bytes(`{"${field}":"`, [0xc0, 0x80], '"}'),
  "an encoded surrogate": bytes(`{"${field}":"`, [0xed, 0xa0, 0x80], '"}'),
  "a cut character": bytes(`{"${field}":"`, [0xe2, 0x82]),
  "UTF-16": bytes([0xff, 0xfe, 0x7b, 0, 0x7d, 0]),
  "no end": json.slice(0, -1),
  "a second document": json + json,
  "a comma at the end": `${json.slice(0, -1)},}`,
  "a number that is none": `{"${field}":NaN}`,
  "a deep list": `{"${field}":${"[".repeat(8_000)}`,
  "a deep list that ends": `{"${field}":${"[".repeat(8_000)}${"]".repeat(8_000)}}`,
  "a list": `[${json}]`,
  "a text": JSON.stringify(json),
  null: "null",
  "white space": "  ",
});

/** A body that may say nothing has no field that could be named. */
const withFields = routesWith("body").filter(
  ([, { input }]) => Object.keys(fieldsOf(input)).length > 0,
);

describe.each(withFields)("API-01 the body of %s", (_, { route, input: schema }) => {
  const path = pathTo(route);
  const [right = {}] = fc.sample(
    rightValues(schema).filter((value) => Object.keys(value).length > 0),
    { numRuns: 1, seed: 2 },
  );
  const [[field, value] = ["", ""]] = Object.entries(right);
  const json = JSON.stringify(right);
  const asked = (body: unknown, headers: Record<string, string> = JSON_TYPE) =>
    ask(route.method, path, { token: admin, body, headers });

  it("is refused where it is no JSON in UTF-8", async () => {
    for (const [what, body] of Object.entries(damaged(field, json))) {
      const { status, body: told } = await asked(body);
      expect([what, status, told.code]).toEqual([what, 400, "invalid_request"]);
    }
  });

  it("is refused where a field is given twice, and names it", async () => {
    const again = JSON.stringify(value);
    expectInvalid(await asked(`${json.slice(0, -1)},"${field}":${again}}`), field);
    const escaped = `\\u${field.charCodeAt(0).toString(16).padStart(4, "0")}${field.slice(1)}`;
    expectInvalid(await asked(`{"${escaped}":null,${json.slice(1)}`), field);
  });

  it("is refused where its prototype is to be changed", async () => {
    expectInvalid(await asked(`{"__proto__":{"${field}":1},${json.slice(1)}`), "__proto__");
  });

  it("is refused under any other type", async () => {
    const types = ["text/plain", "application/json, application/json", "application/vnd.a+json"];
    for (const type of [
      ...types,
      "application/x-www-form-urlencoded",
      ";",
      "multipart/form-data",
    ]) {
      expect((await asked(json, { "content-type": type })).status).toBe(415);
    }
  });

  it("is read alike however its type is written and however it comes", async () => {
    const wrong = `{"surplus":1,${json.slice(1)}`;
    for (const type of ["APPLICATION/JSON", "application/json ; charset=utf-8"]) {
      expectInvalid(await asked(wrong, { "content-type": type }), "surplus");
    }
    expectInvalid(await asked(streamed(wrong)), "surplus");
    expectInvalid(await asked(`\ufeff${wrong}`), "surplus");
    expectInvalid(await asked(wrong.padEnd(16_384)), "surplus");
  });

  it("is refused where it is too large, counted or stated", async () => {
    expect((await asked(json.padEnd(16_385))).status).toBe(413);
    expect((await asked(streamed(json.padEnd(40_000)))).status).toBe(413);
  });
});

describe.each(routesWith("form"))("API-01 the form of %s", (_, { route, input: right }) => {
  const form = new URLSearchParams(right).toString();
  const [name = ""] = Object.keys(right);
  const asked = (body: unknown, headers: Record<string, string> = FORM_TYPE, query = "") =>
    ask("POST", route.path + query, { body, headers: { ...program, ...headers } });
  const expectError = ({ status, body }: Reply, error: string) =>
    expect([status, body.error]).toEqual([400, error]);

  it("is taken where it is right, streamed or not", async () => {
    for (const body of [form, `&${form}&`, `${form}&unknown=1`, `${form}&empty=`, streamed(form)]) {
      expect((await asked(body)).status).toBeLessThan(300);
    }
  });

  it("is refused where it is no form in UTF-8, or has a parameter twice", async () => {
    const twice = [`${form}&${name}=x`, `${form}&${name}=`, `${form}&x=1&x=2`, `=&=&${form}`];
    const notText = [
      `${form}&a=%FF`,
      `${form}&a=%`,
      `${form}&%C0%80=1`,
      bytes(form, "&a=", [0xff]),
    ];
    for (const body of [...twice, ...notText]) expectError(await asked(body), "invalid_request");
  });

  it("is refused under another type, without what it must have, or with a client in the URL", async () => {
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=a"]) {
      expectError(await asked(form, { "content-type": type }), "invalid_request");
    }
    for (const body of ["", "&", `${name}=`]) expectError(await asked(body), "invalid_request");
    for (const query of ["?client_id=a", "?client_secret="]) {
      expectError(await asked(form, FORM_TYPE, query), "invalid_request");
    }
  });

  it("is refused where it is too large", async () => {
    expect((await asked(`${form}&a=${"x".repeat(20_000)}`)).status).toBe(413);
    expect((await asked(streamed(`${form}&a=${"x".repeat(20_000)}`))).status).toBe(413);
  });
});

const SEGMENTS = [
  ...["%00", "%FF", "%C0%80", "%ED%A0%80", "%E0%A4%A", "%", "%2e%2e", "..%2f..", "%2F", "%3F", "*"],
  ...[
    "__proto__",
    "constructor",
    "usr_AAAAAAAAAAAAAAAAAAAAAB",
    "USR_AAAAAAAAAAAAAAAAAAAAAA",
    "%20",
  ],
  ...["null", "%F0%9F%98%80", "usr_AAAAAAAAAAAAAAAAAAAAAA%0A", "x".repeat(4_000)],
];

it.each(routes.filter(({ path }) => path.includes(":")).map((route) => [nameOf(route), route]))(
  "API-01 no parameter in the path of %s leads anywhere",
  async (_, route) => {
    const [parameter = ""] = /:\w+(?!.*:)/.exec(route.path) ?? [];
    const others = pathTo({ ...route, path: route.path.replace(parameter, "<>") });
    for (const segment of SEGMENTS) {
      const path = others.replace("<>", segment);
      const body = route.method === "GET" ? {} : { body: { name: "x" } };
      const { status } = await ask(route.method, path, { token: admin, ...body });
      // A role of any name can be asked for; a right body for one comes first. Two dots lead up.
      const isRoot = new URL(path, ORIGIN).pathname === "/";
      expect([400, 404, 405, ...(isRoot ? [200] : [])]).toContain(status);
    }
  },
);

it.each(routes.map((route) => [nameOf(route), route]))(
  "API-01 %s judges each caller before what is asked",
  async (_, route) => {
    const access = accessTo(route) ?? "public";
    const body = route.method === "GET" ? {} : { body: "{", headers: JSON_TYPE };
    for (const { kind, token } of callers) {
      const given = token === undefined ? body : { ...body, token };
      const reply = await ask(route.method, `${pathTo(route)}?surplus=%FF`, given);
      const expected = expectedVerdict(access, kind);
      if (expected !== "passed") expect(verdictOf(reply)).toBe(expected);
    }
  },
);
