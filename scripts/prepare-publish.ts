/** Writes the manifest of packages/client as it is published: `published-manifest.ts` says how. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { publishedManifest } from "./published-manifest.ts";

const MANIFEST = join(import.meta.dirname, "../packages/client/package.json");

const { NPM_NAME, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_REF_NAME } = process.env;

const published = publishedManifest(JSON.parse(readFileSync(MANIFEST, "utf8")), {
  name: NPM_NAME,
  address: GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`,
  tag: GITHUB_REF_NAME,
});
if (!published.ok) {
  console.error(published.error);
  process.exit(1);
}
writeFileSync(MANIFEST, `${JSON.stringify(published.value, null, 2)}\n`);
