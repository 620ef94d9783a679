import { parentPort } from "node:worker_threads";
import { type Range, search } from "./search.ts";

/* One of several threads that play histories: see searchWide. */

parentPort?.on("message", (range: Range) => {
  void search(range).then((searched) => parentPort?.postMessage(searched));
});
