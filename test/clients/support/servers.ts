import { createServer, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";

export type Listening = { readonly origin: string; close(): Promise<void> };

/** A server on a free port of this machine. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What the network does to the next reply of the service, which has acted by then or never does. */
export type Weather = "fair" | "reply lost" | "service down";

export type Network = Listening & { weather: Weather };

/** The way to the service, in every weather. What is bad passes with one request. */
export async function network(issuer: string): Promise<Network> {
  const way: { weather: Weather } = { weather: "fair" };
  const server = await listen(async (request, response) => {
    const { weather } = way;
    way.weather = "fair";
    if (weather === "service down") {
      response.writeHead(503).end();
      return;
    }
    const body = await text(request);
    const reply = await fetch(`${issuer}${request.url}`, {
      method: request.method ?? "GET",
      headers: { "content-type": "application/json" },
      body: body === "" ? null : body,
    });
    const answer = await reply.text();
    if (weather === "reply lost") request.socket.destroy();
    else response.writeHead(reply.status, { "content-type": "application/json" }).end(answer);
  });
  return Object.assign(way, server);
}
