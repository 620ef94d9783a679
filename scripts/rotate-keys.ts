/**
 * `npm run keys:rotate -- [--url https://auth.example.com] [--revoke=<kid>]`
 *
 * Starts a key rotation through the admin API, or revokes a key in an emergency. It needs an
 * access token whose holder has `keys:rotate`, from ACCESS_TOKEN or standard input. The equals
 * sign matters: a kid may begin with a hyphen.
 */
import process from "node:process";
import { argumentsOf, fail, readSecret } from "./terminal.ts";

const { values } = argumentsOf({
  options: {
    url: { type: "string", default: "http://localhost:8787" },
    revoke: { type: "string" },
  },
});
const token = await readSecret("ACCESS_TOKEN", "Access token: ");
if (!token.ok) fail(token.error);

const url = new URL("/v1/keys/rotate", values.url);
const response = await fetch(url, {
  method: "POST",
  headers: { authorization: `Bearer ${token.value}`, "content-type": "application/json" },
  body: JSON.stringify(values.revoke === undefined ? {} : { revoke: values.revoke }),
}).catch(() => fail(`${url.origin} does not answer. Name the service with --url.`));
const answer: unknown = await response.json();
console.log(JSON.stringify(answer, null, 2));
process.exitCode = response.ok ? 0 : 1;
