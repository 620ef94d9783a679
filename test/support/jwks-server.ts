import { createServer, type ServerResponse } from "node:http";
import { publicKeyOf, type Signer } from "./model-tokens.ts";

type Answer = (response: ServerResponse) => void;

export type JwksServer = {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** What it says from now on. */
  publish(keys: readonly unknown[], headers?: Readonly<Record<string, string>>): void;
  answer(answer: Answer): void;
  /** Nothing listens from now on: a real outage. */
  close(): Promise<void>;
  /** Listens again, at the same address. */
  reopen(): Promise<void>;
};

/** A key as the issuer publishes it. */
export const published = (signer: Signer) => ({
  ...publicKeyOf(signer).export({ format: "jwk" }),
  kid: signer.kid,
  alg: signer.alg,
  use: "sig",
});

/** An issuer's key set over real HTTP, on the loopback. */
export async function jwksServer(...signers: readonly Signer[]): Promise<JwksServer> {
  const requests: string[] = [];
  let answer: Answer = () => undefined;
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(response);
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  const port = await listen(0);

  const made: JwksServer = {
    url: `http://127.0.0.1:${port}/jwks.json`,
    requests,
    publish(keys, headers = { "cache-control": "public, max-age=300" }) {
      answer = (response) => {
        response.writeHead(200, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify({ keys }));
      };
    },
    answer(next) {
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async reopen() {
      await listen(port);
    },
  };
  made.publish(signers.map(published));
  return made;
}
