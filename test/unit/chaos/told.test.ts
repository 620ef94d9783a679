import { expect, it } from "vitest";
import { faultIn } from "../../chaos/told.ts";

const CHANGE = ["user.password.changed", "session.opened"] as const;
const acknowledged = { events: CHANGE, happened: true, status: 200 };
const cutOff = { events: CHANGE, happened: true, status: null };

it("an act that was acknowledged is told wholly and once, or it is missing", () => {
  expect(faultIn(acknowledged, CHANGE)).toBeNull();
  expect(faultIn(acknowledged, [])).toBe("missing");
  expect(faultIn(acknowledged, ["user.password.changed"])).toBe("missing");
  expect(faultIn(acknowledged, [...CHANGE, "session.opened"])).toMatch("more than once");
  expect(faultIn(acknowledged, [...CHANGE, "user.disabled"])).toMatch("user.disabled");
});

it("an act that did not happen is not told", () => {
  const refused = { events: ["session.opened"], happened: false, status: 401 } as const;
  expect(faultIn(refused, ["sign_in.failed"])).toBeNull();
  expect(faultIn(refused, ["session.opened"])).toMatch("did not happen");
});

it("an act that nobody knows of is told or not, and a change without its session once it was cut off", () => {
  expect(faultIn({ ...cutOff, happened: null }, [])).toBeNull();
  expect(faultIn(cutOff, ["user.password.changed"])).toBeNull();
  expect(faultIn(cutOff, ["session.opened"])).toBe("missing");
});
