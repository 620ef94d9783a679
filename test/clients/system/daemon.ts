import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { until } from "../../support/dev-server.ts";

const START_TIMEOUT = 20_000;
const STOP_TIMEOUT = 5_000;

export type Daemon = { output(): string; stop(): Promise<void> };

/**
 * Starts a server in the foreground.
 *
 * @returns once somebody listens at the port
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  port: number,
): Promise<Daemon> {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const daemon = { output: () => output, stop: () => stop(child) };
  try {
    await until(
      () => isOpen(port),
      START_TIMEOUT,
      () => child.exitCode !== null,
    );
    return daemon;
  } catch (cause) {
    await daemon.stop();
    throw new Error(`${command} did not start:\n${output}`, { cause });
  }
}

/** SIGTERM, and SIGKILL for one that does not go. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT);
  await gone;
  clearTimeout(timer);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", reject);
  });
}
