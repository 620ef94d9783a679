import { expect, it } from "vitest";
import { publishedManifest, type Release } from "../../../scripts/published-manifest.ts";

const MANIFEST = { name: "auth-service", version: "0.1.0", license: "MIT" };

const RELEASE: Release = {
  name: "@example/auth-service",
  address: "https://github.com/example/identity",
  tag: "client-v0.1.0",
};

it("what is published has the name that CI was told, and the address it was built at", () => {
  expect(publishedManifest(MANIFEST, RELEASE)).toEqual({
    ok: true,
    value: {
      ...MANIFEST,
      name: "@example/auth-service",
      repository: {
        type: "git",
        url: "git+https://github.com/example/identity.git",
        directory: "packages/client",
      },
    },
  });
});

it.each<[string, Partial<Release>, RegExp]>([
  ["a tag of another version", { tag: "client-v0.2.0" }, /tag is client-v0\.1\.0/],
  ["no tag", { tag: undefined }, /tag is client-v0\.1\.0/],
  ["no name", { name: undefined }, /NPM_NAME/],
  ["an empty name, as of a variable that is not set", { name: "" }, /NPM_NAME/],
  ["a name without a scope", { name: "auth-service" }, /NPM_NAME/],
  ["no repository", { address: undefined }, /address is unknown/],
])("%s is refused, with what to do", (_, wrong, message) => {
  const refused = publishedManifest(MANIFEST, { ...RELEASE, ...wrong });
  expect(refused).toEqual({ ok: false, error: expect.stringMatching(message) });
});
