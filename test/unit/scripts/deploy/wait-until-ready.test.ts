import { expect, it } from "vitest";
import { waitUntilReady } from "../../../../scripts/deploy/wait-until-ready.ts";
import { ok } from "../../../../src/domain/result.ts";

const WELL = () => Response.json({ status: "ok", checks: {} });
const UNWELL = () =>
  Response.json(
    { status: "unavailable", checks: { d1: { status: "unavailable" }, kv: { status: "ok" } } },
    { status: 503 },
  );
const MISCONFIGURED = () => Response.json({ code: "misconfigured" }, { status: 503 });
const NO_CERTIFICATE = () => {
  throw new TypeError("fetch failed", { cause: new Error("handshake failure") });
};

/** Answers one after the other, the last of them for good; time passes by sleeping alone. */
async function waited(answers: readonly (() => Response)[]) {
  const asked: string[] = [];
  const lines: string[] = [];
  let now = 0;
  const done = await waitUntilReady("https://auth.herons.dev", {
    fetcher: async (url) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(String(url));
      return answer?.() ?? Response.error();
    },
    now: () => now,
    sleep: async (time) => {
      now += time;
    },
    say: (line) => lines.push(line),
  });
  return { done, asked, lines, now };
}

const URL = "https://auth.herons.dev/health/ready";

it("a service is ready once it has been well three times in a row, since the code before was too", async () => {
  const { done, asked } = await waited([WELL, WELL, UNWELL, WELL]);
  expect(done).toEqual(ok(null));
  expect(asked).toEqual(Array(6).fill(URL));
});

it("each change of the answer is said once, with the part that fails", async () => {
  const { lines } = await waited([NO_CERTIFICATE, NO_CERTIFICATE, UNWELL, MISCONFIGURED, WELL]);
  expect(lines).toEqual([
    `${URL}: no answer (handshake failure)`,
    `${URL}: 503, unavailable: d1`,
    `${URL}: 503, misconfigured`,
    `${URL}: ready`,
  ]);
});

it("a redirect or a page of somebody else is not well, and the wait has an end", async () => {
  const elsewhere = () => new Response("<html>", { status: 302 });
  const { done, now } = await waited([elsewhere]);
  expect(done).toMatchObject({ ok: false, error: `${URL} is not well after 600 s: 302` });
  expect(now).toBe(600_000);
});
