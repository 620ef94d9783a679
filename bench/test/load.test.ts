import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import process from "node:process";
import { test } from "node:test";
import { type Actor, measure } from "../measure/load.ts";
import type { Duration } from "../results.ts";
import { get, repeat } from "../servers/http.ts";

/** Seconds. What is measured here is of no interest. */
const SHORT = { warmUp: 0, measured: 0.05 };
/** It ends with the first unexpected reply, long before. */
const LONG = { warmUp: 0, measured: 10 };

async function loaded(listener: RequestListener, actor: Actor, duration: Duration) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  try {
    const origin = `http://127.0.0.1:${address.port}`;
    return await measure({ origin, pid: process.pid, actors: [actor], duration });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("an unexpected reply rejects, however many were right before", async () => {
  let requests = 0;
  const failing: RequestListener = (_, response) => {
    requests += 1;
    response.writeHead(requests > 5 ? 500 : 200).end(`reply ${requests}`);
  };
  const load = loaded(failing, repeat(get("/"), 200), LONG);
  await assert.rejects(load, /unexpected reply: 500 reply 6/);
});

test("an expected status with another body is unexpected too", async () => {
  const other: RequestListener = (_, response) => void response.end("no");
  const load = loaded(other, repeat(get("/"), 200, "yes"), LONG);
  await assert.rejects(load, /unexpected reply: 200 no/);
});

test("an operation of two requests counts once", async () => {
  let replies = 0;
  const pair: Actor = {
    next: () => get(replies % 2 === 0 ? "/first" : "/second"),
    judge: () => {
      replies += 1;
      return replies % 2 === 0 ? "done" : "more";
    },
  };
  const paths: string[] = [];
  const answering: RequestListener = ({ url = "" }, response) => {
    paths.push(url);
    response.end("ok");
  };
  const { operations } = await loaded(answering, pair, SHORT);
  // The first one only starts the clock.
  assert.equal(replies, 2 * (operations + 1));
  assert.deepEqual(paths.slice(0, 4), ["/first", "/second", "/first", "/second"]);
});
