import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";

const ROOT = resolve(import.meta.dirname, "../..");
const PROJECT = [
  "package.json",
  "wrangler.toml",
  "tsconfig.json",
  "migrations",
  "packages",
  "scripts",
  "src",
  "examples",
];

/** The name of packages/client. */
const CLIENT = "auth-service";

const START_TIMEOUT = 90_000;
const STOP_TIMEOUT = 20_000;
const POLL_INTERVAL = 100;

const FIRST_PORT = 20_000;
/** The default of Linux; other systems begin higher. */
const FIRST_EPHEMERAL_PORT = 32_768;

/** A clone, as it were: no edit here restarts it, and nothing in it was ever started. */
export type ProjectCopy = { readonly directory: string; remove(): void };

/**
 * @param state a `.wrangler` whose databases have their tables; null for none, as after a clone
 */
export function copyProject(state: string | null = null): ProjectCopy {
  const directory = mkdtempSync(join(tmpdir(), "auth-e2e-"));
  for (const name of PROJECT) {
    cpSync(join(ROOT, name), join(directory, name), { recursive: true, filter: isNotBuilt });
  }
  linkPackages(directory);
  if (state !== null) cpSync(state, join(directory, ".wrangler"), { recursive: true });
  return {
    directory,
    // Files of a runtime that was just killed may still be vanishing.
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const isNotBuilt = (path: string): boolean => basename(path) !== "dist";

/** All but the client library, which would be another copy's: each has its own. */
function linkPackages(directory: string): void {
  const packages = join(directory, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    const target = name === CLIENT ? "../packages/client" : join(ROOT, "node_modules", name);
    symlinkSync(target, join(packages, name));
  }
}

export type DevServer = {
  readonly base: string;
  readonly port: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Ctrl-C, and SIGKILL for whatever is left. */
  stop(): Promise<void>;
  /** A signal for npm alone, as `kill` gives it. */
  signalParent(signal: NodeJS.Signals): void;
};

/**
 * `npm run dev` on a port of its own, in its own process group.
 *
 * @param vars replace those of wrangler.toml
 * @param options further ones of `wrangler dev`
 * @returns once it answers
 */
export async function startDevServer(
  directory: string,
  vars: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<DevServer> {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const args = Object.entries({ ISSUER: base, ...vars }).flatMap(([name, value]) => [
    "--var",
    `${name}:${value}`,
  ]);
  return startScript({
    directory,
    script: "dev",
    args: [...listenOn(port), ...args, ...options],
    ports: [port],
    isReady: async () => (await fetch(`${base}/health/ready`)).ok,
  });
}

/** The debugger's default port is everybody's: of two that start at once, one would fail. */
export function listenOn(port: number): string[] {
  return ["--port", String(port), "--inspector-port", "0"];
}

/**
 * `npm run <script>` that serves, in its own process group.
 *
 * @param ports the first is that of `base`; all of them are free again after a stop
 * @returns once it is ready
 */
export function startScript({
  script,
  args,
  ...rest
}: Omit<Command, "command"> & {
  readonly script: string;
  readonly args: readonly string[];
}): Promise<DevServer> {
  return startCommand({ ...rest, command: ["npm", "run", script, "--", ...args] });
}

export type Command = {
  readonly directory: string;
  readonly command: readonly [string, ...string[]];
  /** Beside what every tool is told. */
  readonly env?: Readonly<Record<string, string>>;
  readonly ports: readonly [number, ...number[]];
  isReady(): Promise<boolean>;
  /** Milliseconds that the start may take. */
  readonly patience?: number;
};

/** The same for any command. */
export async function startCommand({
  directory,
  command: [program, ...args],
  env = {},
  ports,
  isReady,
  patience = START_TIMEOUT,
}: Command): Promise<DevServer> {
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...toolEnv(directory), ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const server = handle(child, ports);
  try {
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`${program} ended`);
        return isReady();
      },
      patience,
      () => child.exitCode !== null,
    );
    return server;
  } catch (cause) {
    await server.stop();
    throw new Error(`${[program, ...args].join(" ")} did not start:\n${server.output()}`, {
      cause,
    });
  }
}

function handle(child: ChildProcess, ports: readonly [number, ...number[]]): DevServer {
  const [port] = ports;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // No such group: all of it is gone.
    }
  };
  const killGroup = () => signalGroup("SIGKILL");
  process.once("exit", killGroup);
  const areFree = async () => (await Promise.all(ports.map(isFree))).every((free) => free);
  const gone = () => until(areFree, STOP_TIMEOUT);
  return {
    base: `http://localhost:${port}`,
    port,
    output: () => output,
    async stop() {
      signalGroup("SIGINT");
      await gone().catch(() => undefined);
      killGroup();
      process.removeListener("exit", killGroup);
      await gone();
    },
    signalParent: (signal) => child.kill(signal),
  };
}

/** Nothing calls out, and what the tools keep for themselves stays in the directory. */
export function toolEnv(directory: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    XDG_CONFIG_HOME: join(directory, ".config"),
  };
}

/** Asks again until the answer is true. What it throws counts as "not yet", unless `hopeless`. */
export async function until(
  condition: () => Promise<boolean>,
  timeout: number,
  hopeless: () => boolean = () => false,
): Promise<void> {
  const deadline = Date.now() + timeout;
  let last: unknown = new Error("the condition stayed false");
  while (Date.now() < deadline && !hopeless()) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((wake) => setTimeout(wake, POLL_INTERVAL));
  }
  throw new Error("gave up waiting", { cause: last });
}

/**
 * A port that nothing listens on. It lies below those that the system gives away by itself, so
 * that none of the sockets that a runtime opens for its own use takes it in the meantime.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST_PORT, FIRST_EPHEMERAL_PORT);
  return (await isFree(port)) ? port : freePort();
}

/** True when nothing listens there. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer().once("error", () => answer(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
  });
}
