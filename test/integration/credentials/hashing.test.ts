import { expect, it } from "vitest";
import { insertUser, newUser, PASSWORD, refresh } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

/** As the service ships: with the engine that pauses. */
const service = serviceWith({ PASSWORD_SCRYPT: "noble" });
const signIn = (email: string) =>
  service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });

it("CFW-07 CFW-08 eight sign-ins at once all succeed, and refreshes do not wait for a hash", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => insertUser(["user"])));
  const { refreshToken } = await newUser();
  const ended: string[] = [];
  const signIns = people.map(async ({ email }) => {
    const { status } = await signIn(email);
    ended.push(`sign-in ${status}`);
  });
  let [token, refreshed] = [refreshToken, 0];
  while (ended.length === 0) {
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    token = body.refresh_token;
    refreshed += 1;
    // Requests come from a network elsewhere. Made here, they would leave the loop no turn for timers.
    await scheduler.wait(0);
  }
  // A hash in one piece lets by no more than begin before it and end behind it.
  expect(refreshed).toBeGreaterThan(4);
  await Promise.all(signIns);
  expect(ended).toEqual(Array.from({ length: 8 }, () => "sign-in 200"));
});
