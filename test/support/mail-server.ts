import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Received = { readonly to: readonly string[] };

/**
 * A mail API on this machine, in the shape of Resend's. It keeps what it takes, a key once; GET shows
 * what came for an address, in order.
 *
 * @returns its address
 */
export function startMailServer(): Promise<string> {
  const kept = new Map<string, Received>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = new URL(request.url ?? "", "http://localhost").searchParams.get("to") ?? "";
      if (request.method === "POST") {
        const key = String(request.headers["idempotency-key"]);
        const mail: Received = JSON.parse(Buffer.concat(chunks).toString());
        if (!kept.has(key)) kept.set(key, mail);
      }
      const found = [...kept.values()].filter(({ to }) => to.includes(asked));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
    });
  });
  server.unref();
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}/emails`);
    }),
  );
}
