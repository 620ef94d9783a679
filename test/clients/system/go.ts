import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Service } from "../support/service.ts";
import { snippet } from "../support/snippets.ts";
import { converse, DRIVERS } from "./converse.ts";
import type { Door, Software } from "./software.ts";

const GO = "/usr/bin/go";
const PACKAGES = "/usr/share/gocode";
const SOURCES = `${PACKAGES}/src`;

export const goOidc: Software = {
  name: "go-oidc",
  packages: {
    "golang-go": GO,
    "golang-github-coreos-go-oidc-dev": `${SOURCES}/github.com/coreos/go-oidc/oidc.go`,
  },
  asks: false,
  version: versionOf("golang-github-coreos-go-oidc-dev"),
  start: async (service, directory) => go(service, directory, "go-oidc"),
};

export const golangJwt: Software = {
  name: "golang-jwt",
  packages: {
    "golang-go": GO,
    "golang-github-golang-jwt-jwt-dev": `${SOURCES}/github.com/golang-jwt/jwt/parser.go`,
    "golang-gopkg-square-go-jose.v2-dev": `${SOURCES}/gopkg.in/square/go-jose.v2/jwk.go`,
  },
  asks: false,
  version: versionOf("golang-github-golang-jwt-jwt-dev"),
  start: async (service, directory) => go(service, directory, "golang-jwt"),
};

function versionOf(name: string): Software["version"] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholder
  return ["dpkg-query", "--show", "--showformat=${Version}", name];
}

function go(service: Service, directory: string, name: "go-oidc" | "golang-jwt"): Door {
  const source = join(directory, "src/snippet");
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "snippet.go"), snippet(name, service));
  copyFileSync(join(DRIVERS, "driver.go"), join(source, "driver.go"));
  copyFileSync(join(DRIVERS, `${name}.go`), join(source, "verifier.go"));
  const program = join(directory, "program");
  const built = spawnSync(GO, ["build", "-o", program, "."], {
    cwd: source,
    encoding: "utf8",
    env: {
      ...process.env,
      GO111MODULE: "off", // Debian's packages, and nothing from the network
      GOPATH: `${directory}:${PACKAGES}`,
      GOCACHE: join(directory, "cache"),
      GOFLAGS: "",
    },
  });
  if (built.status !== 0) throw new Error(`${built.stdout}${built.stderr}`);
  return converse(spawn(program, [], { cwd: directory }));
}
