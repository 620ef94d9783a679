import { describe, expect, it } from "vitest";
import { decodedLine, pipedLine } from "../../../scripts/secret-line.ts";

async function* chunked(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const SECRET = "zwölf 🐢 am Steg";
const bytes = Buffer.from(SECRET);
const NOT_ONE_LINE = { ok: false, error: "must be one line, without control characters" };

/** Both ways in. */
const readings = async (text: string) => [
  await pipedLine(chunked(Buffer.from(text))),
  decodedLine(text),
];

describe("a secret that a script reads", () => {
  it("is the same wherever the pipe cuts it", async () => {
    for (let at = 0; at <= bytes.length; at++) {
      const read = await pipedLine(chunked(bytes.subarray(0, at), bytes.subarray(at)));
      expect(read).toEqual({ ok: true, value: SECRET });
    }
  });

  it.each([SECRET, ` ${SECRET} `, "", "\u00a0", `\u200d${SECRET}`])(
    "is what was typed, neither trimmed nor changed: %j",
    async (text) => {
      for (const end of ["", "\n", "\r\n"]) {
        for (const read of await readings(text + end))
          expect(read).toEqual({ ok: true, value: text });
      }
    },
  );

  it.each(["\n", "\r\n", "\r", "\0", "\t", "\x1b[A", "\x7f", "\x85", "\u2028", "\u2029"])(
    "is one line: not with %j in it, before it or behind its end",
    async (control) => {
      const texts = [`a${control}b`, `${control}a`, `a\n${control}`];
      for (const text of texts) {
        expect(await readings(text)).toEqual([NOT_ONE_LINE, NOT_ONE_LINE]);
      }
    },
  );

  it("begins with no byte order mark, which no keyboard types", async () => {
    for (const read of await readings(`\ufeff${SECRET}`)) {
      expect(read).toEqual({ ok: false, error: "begins with a byte order mark" });
    }
  });

  it.each([
    ["an old encoding", Buffer.from("zw\xf6lf", "latin1")],
    ["UTF-16", Buffer.from("\ufeffzwölf", "utf16le")],
    ["half a character", bytes.subarray(0, bytes.indexOf(0xf0) + 2)],
    ["a surrogate", Buffer.of(0xed, 0xa0, 0x80)],
    ["a longer spelling", Buffer.of(0xc1, 0x81)],
  ])("is UTF-8: not %s", async (_, wrong) => {
    const refused = { ok: false, error: "is not valid UTF-8" };
    expect(await pipedLine(chunked(wrong))).toEqual(refused);
  });

  it("has no letter that a lenient decoder wrote for another", () => {
    const refused = { ok: false, error: "has a character that could not be read" };
    expect(decodedLine(Buffer.from("zw\xf6lf", "latin1").toString("utf8"))).toEqual(refused);
  });
});
