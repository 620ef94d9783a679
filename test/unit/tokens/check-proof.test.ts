import { expect, it } from "vitest";
import type { Actor } from "../../../src/domain/access/actor.ts";
import type { AskedProof } from "../../../src/domain/tokens/access-token.ts";
import { checkProof } from "../../../src/use-cases/tokens/check-proof.ts";
import { refusedBy } from "../../support/answers.ts";
import { SECOND, someActor, somePerson, someUserId } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1);
const DONE = { ok: true, value: null };

const check = (caller: Actor, permission: string | null, asked: AskedProof = {}) =>
  checkProof({ clock: () => NOW }, caller, permission, asked);

const person = {
  ...somePerson(someUserId()),
  permissions: ["pages:read"],
  permissionsAtAal2: ["pages:*"],
  proved: { amr: ["pwd"], acr: "aal1", authTime: NOW - 90 * SECOND },
} as const;

const missing = (asked: AskedProof) =>
  refusedBy({ code: "insufficient_user_authentication", ...asked });

it("a caller passes by what they hold and by what they proved", async () => {
  expect(await check(person, null)).toEqual(DONE);
  expect(await check(person, "pages:read", { acr: "aal1", maxAge: 90 })).toEqual(DONE);
  expect(await check(person, "pages:read", { maxAge: 89 })).toEqual(missing({ maxAge: 89 }));
  expect(await check(person, "keys:read")).toEqual(refusedBy("forbidden"));
});

it("a caller is asked for a second factor where a role of theirs waits for it", async () => {
  expect(await check(person, "pages:write")).toEqual(missing({ acr: "aal2" }));
  const strong = { ...person, permissions: ["pages:*"], proved: { ...person.proved, acr: "aal2" } };
  expect(await check(strong as Actor, "pages:write", { acr: "aal2" })).toEqual(DONE);
});

it("a program passes by what it holds alone", async () => {
  const program: Actor = { ...someActor("pages:read"), kind: "service" };
  expect(await check(program, "pages:read")).toEqual(DONE);
  expect(await check(program, "pages:write")).toEqual(refusedBy("forbidden"));
  expect(await check(program, "pages:read", { maxAge: 60 })).toEqual(missing({ maxAge: 60 }));
});
