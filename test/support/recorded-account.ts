import type { Wrangler } from "../../scripts/deploy/step.ts";
import type { Output } from "../../scripts/wrangler.ts";

/**
 * A Cloudflare account behind a wrangler that prints what the real one does
 * (test/e2e/deploy.test.ts runs that), and records what it was told.
 */
export class RecordedAccount {
  readonly databases = new Set<string>();
  readonly namespaces = new Set<string>();
  readonly queues = new Set<string>();
  readonly migrated = new Set<string>();
  /** Null while there is no Worker. */
  secrets: Map<string, string> | null = null;
  signingKeys = 0;
  shares: readonly number[] = [];
  uploads = 0;
  isSignedIn = true;

  /** Commands in their order, those that only look included. */
  readonly told: string[] = [];
  /** Those of them that change something. */
  readonly changes: string[] = [];

  /** @param before hears of each change, and may end it with an output of its own */
  wrangler(before: (command: string) => Output | undefined = () => undefined): Wrangler {
    return (args, input = "") => {
      const command = args.join(" ");
      this.told.push(command);
      if (!isChange(args)) return this.#look(args);
      const ended = before(command);
      if (ended !== undefined) return ended;
      this.changes.push(command);
      return this.#change(args, input);
    };
  }

  #look(args: readonly string[]): Output {
    switch (args.slice(0, 3).join(" ")) {
      case "whoami --json --env":
        return this.isSignedIn
          ? printed({ loggedIn: true })
          : { ...printed({ loggedIn: false }), status: 1 };
      case "deployments status --json":
        return this.secrets === null ? refused("does not exist [code: 10007]") : this.#status();
      case "d1 list --json":
        return printed([...this.databases].map((name) => ({ uuid: name, name })));
      case "kv namespace list":
        return printed([...this.namespaces].map((title) => ({ id: `id of ${title}`, title })));
      case `queues info ${args[2]}`:
        return this.queues.has(args[2] ?? "")
          ? said("Queue Name")
          : refused(`Queue "${args[2]}" does not exist. To create it, run: …`);
      case "d1 migrations list":
        return said(
          this.migrated.has(args[3] ?? "") ? "✅ No migrations to apply!" : "to be applied",
        );
      case "d1 execute DB":
        return printed([{ results: [{ keys: this.signingKeys }], success: true }]);
      case "secret list --env":
        return this.secrets === null
          ? refused('Worker "auth-service-production" (env: production) not found.')
          : printed([...this.secrets.keys()].map((name) => ({ name, type: "secret_text" })));
      default:
        return said("--dry-run: exiting now.");
    }
  }

  #status(): Output {
    return printed({
      versions: this.shares.map((percentage, at) => ({ version_id: `version-${at}`, percentage })),
    });
  }

  #change(args: readonly string[], input: string): Output {
    const [group, verb, name = ""] = args;
    if (group === "d1" && verb === "create") this.databases.add(name);
    else if (group === "d1") this.migrated.add(args[3] ?? "");
    else if (group === "kv") this.namespaces.add(`production-${args[3]}`);
    else if (group === "queues") this.queues.add(name);
    else if (group === "secret") this.secrets = (this.secrets ?? new Map()).set(name, input);
    else this.uploads++;
    return said("Current Version ID: 0198");
  }
}

const LOOKS = [
  /^whoami /,
  /^d1 (?:list|execute) /,
  /^d1 migrations list /,
  /^kv namespace list /,
  /^queues info /,
  /^secret list /,
  /^deployments /,
  /--dry-run/,
];

const isChange = (args: readonly string[]): boolean =>
  !LOOKS.some((look) => look.test(`${args.join(" ")} `));

const said = (stdout: string): Output => ({ status: 0, stdout, stderr: "" });
const printed = (value: unknown): Output => said(`${JSON.stringify(value, null, 2)}\n`);
export const refused = (stderr: string): Output => ({ status: 1, stdout: "", stderr });
