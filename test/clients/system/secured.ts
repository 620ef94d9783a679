import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";

export const OPENSSL = "/usr/bin/openssl";

type Secured = {
  readonly origin: string;
  /** The file of the certificate to trust. */
  readonly certificate: string;
  close(): Promise<void>;
};

/** The service behind TLS, by a certificate made for the occasion. */
export async function secured(issuer: string, directory: string): Promise<Secured> {
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const made = spawnSync(OPENSSL, [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ...["-keyout", key, "-out", certificate],
  ]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  const credentials = { key: readFileSync(key), cert: readFileSync(certificate) };
  const server = createServer(credentials, (incoming, response) => {
    const { method, headers, url } = incoming;
    const passed = request(`${issuer}${url}`, { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    passed.on("error", () => response.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    origin: `https://localhost:${typeof address === "object" ? address?.port : ""}`,
    certificate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
