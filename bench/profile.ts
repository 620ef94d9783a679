/**
 * `npm run bench:profile -- "refresh"`: where the time of one of auth-service's operations goes,
 * by the runtime's own inspector. Function names need a bundle that is not minified, and sampling
 * costs time itself, so the shares are to be read, not the rate.
 */
import process from "node:process";
import { build } from "./build.ts";
import { startWorkers } from "./hosts/miniflare.ts";
import { inspected, shareTable } from "./measure/inspector.ts";
import { measure } from "./measure/load.ts";
import { pinLoad } from "./measure/processes.ts";
import { exitOnSignals, memoryDirectory, scratch } from "./scratch.ts";
import { authService, launch } from "./servers/auth-service.ts";

const CONNECTIONS = 10;
const WARM_UP = { warmUp: 2, measured: 1 };
const PROFILED = { warmUp: 0, measured: 5 };
const SHOWN = 40;

exitOnSignals();
const [name = "refresh"] = process.argv.slice(2);
const operation = authService.operations.find((each) => each.name === name);
if (operation === undefined) {
  throw new Error(`one of: ${authService.operations.map((each) => each.name).join("; ")}`);
}

const root = scratch(memoryDirectory());
const bundles = build(root, ["auth-service", "caller", "resource"], ["--minify=false"]);
pinLoad(process.pid);
const launched = launch(root, bundles, "native");
if (launched.kind !== "workerd") throw new Error("auth-service is a Worker");
const { miniflare, origins } = await startWorkers(launched.specification, { inspectorPort: 0 });

const running = { pid: process.pid, origins };
const origin = origins[operation.target] ?? "";
const load = async (duration: typeof PROFILED) =>
  measure({
    origin,
    pid: process.pid,
    actors: await operation.actors(running, CONNECTIONS),
    duration,
  });
await load(WARM_UP);
const actors = await operation.actors(running, CONNECTIONS); // their hashes are not to be sampled

const shares = await inspected(await miniflare.getInspectorURL(), "auth-service", () =>
  measure({ origin, pid: process.pid, actors, duration: PROFILED }),
);
console.log(
  `${name}: share of the isolate's time, with all that is called from there, and without`,
);
console.log(shareTable(shares.slice(0, SHOWN)));
await miniflare.dispose();
process.exit(0);
