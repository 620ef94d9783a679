import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Received = { readonly to: readonly string[]; readonly key: unknown };

/**
 * A mail API on this machine, in the shape of Resend's, but that a key may come twice. GET shows what
 * came for an address, in order, each with its key. What is sent to `/busy` below it comes too soon,
 * by 900 s.
 *
 * @returns its address
 */
export function startMailServer(): Promise<string> {
  const kept: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.endsWith("/busy")) {
        response.writeHead(429, { "retry-after": "900" }).end("{}");
        return;
      }
      const asked = new URL(request.url ?? "", "http://localhost").searchParams.get("to") ?? "";
      if (request.method === "POST") {
        const mail = JSON.parse(Buffer.concat(chunks).toString());
        kept.push({ ...mail, key: request.headers["idempotency-key"] });
      }
      const found = kept.filter(({ to }) => to.includes(asked));
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
