import { describe, expect, it } from "vitest";
import type { Installation } from "../../../../scripts/deploy/installation.ts";
import { type Choices, deploymentPlan } from "../../../../scripts/deploy/plan.ts";
import { rehearse, runPlan } from "../../../../scripts/deploy/run-plan.ts";
import type { Wrangler } from "../../../../scripts/deploy/step.ts";
import { newRootSecret } from "../../../../scripts/root-secret.ts";
import type { Output } from "../../../../scripts/wrangler.ts";
import { err, ok } from "../../../../src/domain/result.ts";
import { RecordedAccount, refused } from "../../../support/recorded-account.ts";

const INSTALLATION: Installation = {
  environment: "production",
  worker: "auth-service-production",
  issuer: "https://auth.herons.dev",
  databases: [
    { binding: "DB", name: "accounts", id: undefined, migrations: "migrations" },
    { binding: "AUDIT_DB", name: "audit", id: undefined, migrations: "migrations/audit" },
  ],
  cache: {
    binding: "JWKS_CACHE",
    name: "auth-service-jwks-cache",
    titles: ["production-auth-service-jwks-cache", "auth-service-production-jwks-cache"],
    id: undefined,
  },
  queues: ["events", "dead-letters"],
  secrets: ["AUTH_SECRETS"],
  placeholders: [],
};
const CHOICES: Choices = { location: undefined, uploadOnly: false, message: "v1.2.0" };
const SECRET = newRootSecret();

type Setting = {
  readonly installation?: Partial<Installation>;
  readonly choices?: Partial<Choices>;
  readonly isGiven?: boolean;
  /** Why there can be no root secret. */
  readonly refusal?: string;
};

function planned({ installation, choices, isGiven = false, refusal }: Setting = {}) {
  const rootSecret = {
    isGiven,
    check: () => (refusal === undefined ? ok(null) : err(refusal)),
    value: () => ok(SECRET),
    isFromFile: () => !isGiven,
  };
  const configured: string[] = [];
  const steps = deploymentPlan(
    { ...INSTALLATION, ...installation },
    { ...CHOICES, ...choices },
    {
      rootSecret,
      configure: (id) => configured.push(id),
      configFile: "config.json",
    },
  );
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  return { configured, lines, steps, run: (wrangler: Wrangler) => runPlan(steps, wrangler, say) };
}

const CHANGES = [
  "d1 create accounts --env production",
  "d1 create audit --env production",
  "kv namespace create auth-service-jwks-cache --env production",
  "queues create events --env production",
  "queues create dead-letters --env production",
  "d1 migrations apply DB --remote --env production",
  "d1 migrations apply AUDIT_DB --remote --env production",
  "secret put AUTH_SECRETS --env production",
  "deploy --env production --config config.json --message v1.2.0",
];

describe("a first deployment", () => {
  it("makes what is missing, migrates, sets the secret and then deploys, after all looks that may refuse", () => {
    const account = new RecordedAccount();
    const { configured, run } = planned();
    expect(run(account.wrangler())).toEqual(ok(null));
    expect(account.changes).toEqual(CHANGES);
    expect(account.told.slice(0, 3)).toEqual([
      "deploy --dry-run --env production",
      "whoami --json --env production",
      "deployments status --json --env production",
    ]);
    expect(configured).toEqual(["id of production-auth-service-jwks-cache"]);
    expect(account.secrets?.get("AUTH_SECRETS")).toBe(SECRET);
  });

  it("puts no secret on a command line and says none", () => {
    const account = new RecordedAccount();
    const { lines, run } = planned();
    run(account.wrangler());
    expect([...account.told, ...lines].join("\n")).not.toContain(SECRET.slice(3));
  });

  it("ends the same when it broke off at any command and is run again", () => {
    for (const broken of CHANGES) {
      const account = new RecordedAccount();
      const first = planned().run(
        account.wrangler((command) => (command === broken ? refused("broke off") : undefined)),
      );
      expect(first).toMatchObject({ ok: false, error: expect.stringContaining(broken) });
      expect(account.uploads).toBe(0);

      expect(planned().run(account.wrangler())).toEqual(ok(null));
      expect(account.changes).toEqual(CHANGES);
    }
  });

  it("ends the same when a command was done and its answer lost", () => {
    for (const lost of CHANGES.slice(0, -1)) {
      const account = new RecordedAccount();
      const inner = account.wrangler();
      planned().run((args, input) => {
        const output = inner(args, input);
        return args.join(" ") === lost ? refused("no answer") : output;
      });
      planned().run(account.wrangler());
      expect(account.changes.slice(0, CHANGES.length)).toEqual(CHANGES);
    }
  });
});

it("a Worker that was made and never deployed has no rollout", () => {
  const account = new RecordedAccount();
  const inner = account.wrangler();
  const none = refused("The Worker auth-service-production has no deployments.");
  const done = planned().run((args, input) =>
    args[0] === "deployments" ? none : inner(args, input),
  );
  expect(done).toEqual(ok(null));
});

describe("a later deployment", () => {
  const deployed = (): RecordedAccount => {
    const account = new RecordedAccount();
    planned().run(account.wrangler());
    account.changes.length = 0;
    account.signingKeys = 2;
    return account;
  };

  it("changes nothing but the code", () => {
    const account = deployed();
    const { lines, run } = planned();
    expect(run(account.wrangler())).toEqual(ok(null));
    expect(account.changes).toEqual(CHANGES.slice(-1));
    expect(lines.filter((line) => line.endsWith("nothing to do"))).toHaveLength(8);
    expect(lines.at(-1)).toBe("Deploy: done\n    Current Version ID: 0198");
  });

  it("leaves a secret that is there, whatever is given", () => {
    const account = deployed();
    account.secrets = new Map([["AUTH_SECRETS", "theirs"]]);
    expect(planned({ isGiven: true }).run(account.wrangler())).toEqual(ok(null));
    expect(account.secrets.get("AUTH_SECRETS")).toBe("theirs");
  });

  it("makes no new secret where the old one wrapped keys, but takes the operator's own", () => {
    const account = deployed();
    account.secrets = new Map();
    const made = planned().run(account.wrangler());
    expect(made).toMatchObject({ ok: false, error: expect.stringContaining("2 signing keys") });
    expect(account.secrets.size).toBe(0);
    expect(planned({ isGiven: true }).run(account.wrangler())).toEqual(ok(null));
    expect(account.secrets.get("AUTH_SECRETS")).toBe(SECRET);
  });

  it("does not cut into a gradual rollout, unless it uploads alone", () => {
    const account = deployed();
    account.shares = [10, 90];
    const cut = planned().run(account.wrangler());
    expect(cut).toMatchObject({ ok: false, error: expect.stringContaining("version-1@90%") });
    expect(account.changes).toEqual([]);
    const upload = planned({ choices: { uploadOnly: true } });
    expect(upload.run(account.wrangler())).toEqual(ok(null));
    expect(account.changes).toEqual([
      "versions upload --env production --config config.json --message v1.2.0",
    ]);
  });
});

describe("a deployment stops before it changes anything", () => {
  const stopped = (account: RecordedAccount, setting: Setting = {}): string => {
    const done = planned(setting).run(account.wrangler());
    expect(account.changes).toEqual([]);
    return done.ok ? "it went on" : done.error;
  };

  it("without an account", () => {
    const account = new RecordedAccount();
    account.isSignedIn = false;
    expect(stopped(account)).toContain("npx wrangler login");
  });

  it("without a secret that only the operator knows", () => {
    const setting = { installation: { secrets: ["AUTH_SECRETS", "MAIL_API_KEY"] } };
    const put = "npx wrangler secret put MAIL_API_KEY --env production";
    expect(stopped(new RecordedAccount(), setting)).toContain(put);
    const account = new RecordedAccount();
    account.secrets = new Map([["MAIL_API_KEY", "re_1"]]);
    expect(planned(setting).run(account.wrangler())).toEqual(ok(null));
  });

  it("where there is no root secret and can be none; one that is set is not asked for", () => {
    const setting = { refusal: "give it in the variable AUTH_SECRETS" };
    expect(stopped(new RecordedAccount(), setting)).toContain("give it in the variable");
    const account = new RecordedAccount();
    account.secrets = new Map([["AUTH_SECRETS", "theirs"]]);
    expect(planned(setting).run(account.wrangler())).toEqual(ok(null));
  });

  const statusSaying = (account: RecordedAccount, output: Output): Wrangler => {
    const inner = account.wrangler();
    return (args, input) => (args[0] === "deployments" ? output : inner(args, input));
  };

  it.each([
    ["is refused", refused("Authentication error [code: 10000]"), "[code: 10000]"],
    ["is no JSON", { status: 0, stdout: "Update available\n", stderr: "" }, "Update available"],
    ["is half of it", { status: 0, stdout: '{\n"versions": [\n}\n', stderr: "" }, '"versions"'],
  ])("where the answer whether a rollout is under way %s", (_, output, said) => {
    const account = new RecordedAccount();
    const done = planned().run(statusSaying(account, output));
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining(said) });
    expect(account.changes).toEqual([]);
  });

  it("for a rollout, also where wrangler prints a notice around it", () => {
    const account = new RecordedAccount();
    const shares = [10, 90].map((percentage) => ({ version_id: "v", percentage }));
    const json = JSON.stringify({ versions: shares }, null, 2);
    const stdout = `Update available\n${json}\nTelemetry is off\n`;
    const done = planned().run(statusSaying(account, { status: 0, stdout, stderr: "" }));
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining("v@90%") });
    expect(account.changes).toEqual([]);
  });

  it("where wrangler answers otherwise than expected", () => {
    const account = new RecordedAccount();
    const inner = account.wrangler();
    const changed: Wrangler = (args, input) =>
      args[1] === "list" ? { status: 0, stdout: "none yet", stderr: "" } : inner(args, input);
    const done = planned().run(changed);
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining("none yet") });
    expect(account.changes).toEqual([]);
  });

  it("where a queue cannot be asked for", () => {
    const account = new RecordedAccount();
    const inner = account.wrangler();
    const done = planned().run((args, input) =>
      args[0] === "queues" ? refused("forbidden") : inner(args, input),
    );
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining("forbidden") });
    expect(account.changes.filter((change) => change.startsWith("queues"))).toEqual([]);
  });
});

it("what another deployment made meanwhile is no failure", () => {
  const account = new RecordedAccount();
  const other = account.wrangler();
  const done = planned().run(
    account.wrangler((command) => {
      if (!command.startsWith("queues create")) return undefined;
      other(command.split(" "));
      return refused("Queue name is already taken [code: 11009]");
    }),
  );
  expect(done).toEqual(ok(null));
});

it("a namespace that wrangler made by itself is used, and ids in the configuration are believed", () => {
  const account = new RecordedAccount();
  account.namespaces.add("auth-service-production-jwks-cache");
  const { configured, run } = planned();
  run(account.wrangler());
  expect(configured).toEqual(["id of auth-service-production-jwks-cache"]);

  const [users, audit] = INSTALLATION.databases;
  const installation = {
    databases: [users, audit].flatMap((one) => (one ? [{ ...one, id: "0198" }] : [])),
    cache: { ...INSTALLATION.cache, id: "0199" },
  };
  const known = new RecordedAccount();
  expect(planned({ installation }).run(known.wrangler())).toEqual(ok(null));
  expect(known.changes.filter((change) => /^(?:d1 create|kv)/.test(change))).toEqual([]);
  expect(known.changes.at(-1)).toBe("deploy --env production --message v1.2.0");
});

it("databases are made where the operator says", () => {
  const account = new RecordedAccount();
  planned({ choices: { location: "weur" } }).run(account.wrangler());
  expect(account.changes[0]).toBe("d1 create accounts --location weur --env production");
});

it("a dry run builds, shows every command in its order, and asks nobody", () => {
  const account = new RecordedAccount();
  account.isSignedIn = false;
  const lines: string[] = [];
  expect(rehearse(planned().steps, account.wrangler(), (line) => lines.push(line))).toEqual(
    ok(null),
  );
  expect(account.told).toEqual(["deploy --dry-run --env production"]);
  const shown = lines.join("\n").matchAll(/^ {4}wrangler (.+)$/gm);
  expect([...shown].map(([, command]) => command)).toEqual(CHANGES);
});
