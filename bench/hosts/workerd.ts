/**
 * `node hosts/workerd.ts <specification.json>`: Workers in a process of their own. Prints one
 * line once they answer: `{"origins": {name: URL}}`.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import type { WorkerdSpecification } from "../servers/server.ts";
import { startWorkers } from "./miniflare.ts";

const [file = ""] = process.argv.slice(2);
const specification: WorkerdSpecification = JSON.parse(readFileSync(file, "utf8"));
const { miniflare, origins } = await startWorkers(specification);
console.log(JSON.stringify({ origins }));

process.on("SIGTERM", () => void miniflare.dispose().then(() => process.exit(0)));
