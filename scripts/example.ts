/**
 * `npm run example`: the service on port 8787, as `npm run dev` starts it, and beside it the
 * orders API of examples/starter on port 8788, which reaches it through a service binding.
 *
 * Two processes, because of several Workers in one `wrangler dev` only the first has a port. Each
 * finds the other through wrangler's registry, so either may start first, stop, or come back.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { stopWithStarter, toolEnv } from "./local-runtime.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8788" },
    "service-port": { type: "string", default: "8787" },
  },
});
const { port, "service-port": servicePort } = values;

/** A debugger's port of its own: the default would be the other's as well, and one would fail. */
function start(name: string, at: string, command: string, args: readonly string[]): ChildProcess {
  const place = ["--port", at, "--inspector-port", "0"];
  const child = spawn(command, [...args, ...place], { env: toolEnv(), stdio: "inherit" });
  console.log(`${name}: http://localhost:${at} (process ${child.pid})`);
  child.on("exit", () => console.log(`${name} has stopped.`));
  return child;
}

const workers = [
  start("auth-service", servicePort, process.execPath, [join(import.meta.dirname, "dev.ts")]),
  start("orders", port, "wrangler", ["dev", "--config", "examples/starter/wrangler.toml"]),
];
stopWithStarter("example", (signal) => {
  for (const worker of workers) worker.kill(signal);
});
