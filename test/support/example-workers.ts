import process from "node:process";
import { type DevServer, freePort, isFree, startScript, until } from "./dev-server.ts";

export type ExampleWorkers = {
  /** The orders API, and with it both Workers: its `stop` ends them. */
  readonly orders: DevServer;
  /** Where auth-service answers. */
  readonly serviceBase: string;
  /** Ends auth-service alone, as its crash would. */
  stopService(): Promise<void>;
};

const STOP_TIMEOUT = 20_000;

/** `npm run example` on ports of its own. @returns once the two Workers have found each other */
export async function startExample(directory: string): Promise<ExampleWorkers> {
  const [port, servicePort] = [await freePort(), await freePort()];
  const serviceBase = `http://localhost:${servicePort}`;
  const orders = await startScript({
    directory,
    script: "example",
    args: ["--port", String(port), "--service-port", String(servicePort)],
    ports: [port, servicePort],
    isReady: async () => {
      const ready = await fetch(`${serviceBase}/health/ready`);
      // Until the binding has its other end, this is 503.
      const headers = { authorization: "Bearer none" };
      const asked = await fetch(`http://localhost:${port}/orders`, { headers });
      return ready.ok && asked.status === 401;
    },
  });
  return {
    orders,
    serviceBase,
    async stopService() {
      const pid = /^auth-service: .*\(process (\d+)\)$/m.exec(orders.output())?.[1];
      if (pid === undefined) throw new Error(`which process?\n${orders.output()}`);
      process.kill(Number(pid), "SIGTERM");
      await until(() => isFree(servicePort), STOP_TIMEOUT);
    },
  };
}
