import { afterEach, describe, expect, it, vi } from "vitest";
import { readInstallation } from "../../../../scripts/deploy/installation.ts";
import { placeholdersIn } from "../../../../scripts/deploy/placeholders.ts";

const refusal = (environment: string | undefined): string => {
  const read = readInstallation(environment);
  return read.ok ? "none" : read.error;
};

describe("what is deployed", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is what wrangler.toml says of the environment", () => {
    const read = readInstallation("production");
    if (!read.ok) throw new Error(read.error);
    expect(read.value).toMatchObject({
      worker: "auth-service-production",
      issuer: "https://auth.example.com",
      queues: ["auth-service-events-production", "auth-service-production-dead-letters"],
      secrets: ["AUTH_SECRETS"],
    });
    expect(read.value.databases.map(({ binding }) => binding)).toEqual(["DB", "AUDIT_DB"]);
    expect(read.value.placeholders).toContain('MAIL_FROM = "no-reply@example.com"');
  });

  it("is never the development configuration, nor what is not there", () => {
    for (const environment of [undefined, "", "prod", "Production", "constructor"]) {
      expect(refusal(environment)).toContain("npm run deploy -- --env production");
    }
  });

  it("is not chosen by a variable", () => {
    vi.stubEnv("CLOUDFLARE_ENV", "staging");
    expect(refusal("production")).toContain("CLOUDFLARE_ENV");
  });
});

it("an address of the example is found wherever it stands, and a real one is none", () => {
  const found = (value: string) => placeholdersIn({ NAME: value }).length === 1;
  const examples = [
    "auth.example.com",
    "https://auth.example.org",
    "https://a.dev,https://app.Example.net",
    "no-reply@example.com",
    "https://example.com:8443/app",
  ];
  expect(examples.filter((value) => !found(value))).toEqual([]);
  const real = [
    "https://example.community",
    "https://my-example.com",
    "https://example.com.herons.dev",
    "open",
    "",
  ];
  expect(real.filter(found)).toEqual([]);
});
