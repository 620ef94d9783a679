/**
 * `npm run bench:profile -- "refresh"`: where the time of one of auth-service's operations goes,
 * by the runtime's own inspector, as a file of Chrome's format. Function names need a bundle that is
 * not minified, and sampling costs time itself, so the shares are to be read, not the rate.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "./build.ts";
import { exitOnSignals, memoryDirectory, pinLoad, scratch } from "./machine.ts";
import { inspect } from "./measure/inspector.ts";
import { measure } from "./measure/load.ts";
import { authService, launch } from "./servers/auth-service.ts";
import { originOf } from "./servers/server.ts";
import { startWorkers } from "./servers/workerd.ts";

const CONNECTIONS = 10;
const WARM_UP = { warmUp: 2, measured: 1 };
const PROFILED = { warmUp: 0, measured: 5 };
const SAMPLING_INTERVAL = 100; // microseconds

exitOnSignals();
const [name = "refresh"] = process.argv.slice(2);
const operation = authService.operations.find((each) => each.name === name);
if (operation === undefined) {
  throw new Error(`one of: ${authService.operations.map((each) => each.name).join("; ")}`);
}
const root = scratch(memoryDirectory());
const bundles = build(root, ["auth-service", "caller", "resource"], ["--minify=false"]);
pinLoad();
const launched = launch(bundles, "native");
const { miniflare, origins } = await startWorkers(
  { persist: root, ...launched },
  { inspectorPort: 0 },
);
const running = { pid: process.pid, origins };
const load = { origin: originOf(running, operation.target), pid: process.pid };
await measure({
  ...load,
  actors: await operation.actors(running, CONNECTIONS),
  duration: WARM_UP,
});
const actors = await operation.actors(running, CONNECTIONS); // their hashes are not to be sampled
const profile = await sampled((await miniflare.getInspectorURL()).host, () =>
  measure({ ...load, actors, duration: PROFILED }),
);
const file = join(tmpdir(), "auth-service.cpuprofile");
writeFileSync(file, JSON.stringify(profile));
console.log(`${file}: ${name}; editors and browsers' developer tools read it`);
await miniflare.dispose();
process.exit(0);

/** Samples the service's isolate while work is done. */
async function sampled(host: string, work: () => Promise<unknown>): Promise<unknown> {
  const inspector = await inspect(host, "auth-service");
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL });
  await inspector.send("Profiler.start");
  await work();
  const { profile } = await inspector.send("Profiler.stop");
  inspector.close();
  return profile;
}
