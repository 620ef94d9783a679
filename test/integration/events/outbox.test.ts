import { expect, it } from "vitest";
import { freshEmail, register, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";

it("what a user's object decides is stored, numbered without a gap", async () => {
  const email = freshEmail();
  await register(email);
  const user = await signIn(email);
  await signIn(email);
  const events = await storedEvents({ subject: user.id });
  expect(events.map(({ type, seq }) => [type, seq])).toEqual([
    ["user.registered", null],
    ["session.opened", 1],
    ["session.opened", 2],
  ]);
});
