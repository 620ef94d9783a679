import { describe, expect, it } from "vitest";
import { couldGrant, type Maker, makerName } from "../../../src/domain/clients/service-account.ts";

const role = (name: string, ...permissions: string[]) =>
  [name, { name, description: "", permissions }] as const;
const CATALOGUE = new Map([role("reader", "reports:read"), role("writer", "reports:*")]);

const maker = (given: Partial<Maker>): Maker => ({ name: null, had: null, roles: [], ...given });

describe("whoever made a secret", () => {
  it("is named by id, or by kind and name where there is none", () => {
    const named = (kind: "user" | "service" | "worker" | "operator" | "system", id: string) =>
      makerName({ kind, id, roles: [], permissions: [] });
    expect(named("user", "usr_x")).toBe("usr_x");
    expect(named("service", "svc_x")).toBe("svc_x");
    // A Worker may be called what it likes, also like a user's id.
    expect(named("worker", "usr_x")).toBe("worker:usr_x");
    expect(named("operator", "cli")).toBe("operator:cli");
  });

  it.each<[string, Partial<Maker>, boolean]>([
    ["nobody knows", {}, false],
    ["holds as much", { roles: ["writer"] }, true],
    ["holds less", { roles: ["reader"] }, false],
    ["holds a role that is gone", { roles: ["gone"] }, false],
    ["could do as much then and can now", { roles: ["writer"], had: ["*"] }, true],
    ["could do less then", { roles: ["writer"], had: ["reports:read"] }, false],
    ["can do less now", { roles: ["reader"], had: ["*"] }, false],
  ])("who %j could grant it: %s", (_, given, could) => {
    expect(couldGrant(maker(given), CATALOGUE, ["reports:write"])).toBe(could);
  });

  it("could grant nothing at all, whoever it is", () => {
    expect(couldGrant(maker({}), CATALOGUE, [])).toBe(true);
  });
});
