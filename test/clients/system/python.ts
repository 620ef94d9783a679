import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../support/service.ts";
import { snippet } from "../support/snippets.ts";
import { converse, DRIVERS } from "./converse.ts";
import type { Check, Door, Software } from "./software.ts";

/** Debian's own: another one may stand before it in the path, without Debian's packages. */
const PYTHON = "/usr/bin/python3";
const PACKAGES = "/usr/lib/python3/dist-packages";

export const pyjwt: Software = {
  name: "PyJWT",
  packages: { python3: PYTHON, "python3-jwt": `${PACKAGES}/jwt/__init__.py` },
  asks: false,
  version: versionOf("jwt"),
  start: async (service, directory) => python(service, directory, "pyjwt"),
};

export const authlib: Software = {
  name: "Authlib",
  packages: {
    python3: PYTHON,
    "python3-authlib": `${PACKAGES}/authlib/__init__.py`,
    "python3-requests": `${PACKAGES}/requests/__init__.py`,
  },
  asks: false,
  version: versionOf("authlib"),
  async start(service, directory) {
    writeFileSync(join(directory, "client.py"), snippet("authlib-client", service));
    const door = python(service, directory, "authlib");
    return { ...door, checks: [refresh(service, directory)] };
  },
};

function versionOf(name: string): Software["version"] {
  return [PYTHON, "-c", `import ${name}; print(${name}.__version__)`];
}

function python(service: Service, directory: string, name: string): Door {
  writeFileSync(join(directory, "snippet.py"), snippet(name, service));
  copyFileSync(join(DRIVERS, "driver.py"), join(directory, "driver.py"));
  return converse(spawn(PYTHON, ["driver.py"], { cwd: directory }));
}

/** The library as the client that refreshes. The service runs beside us, so it can be waited for. */
function refresh(service: Service, directory: string): Check {
  const script = "import sys, client; print(client.refresh(sys.argv[1])['refresh_token'])";
  return {
    what: "a refresh as first-party, without a secret",
    wanted: "a refresh token",
    async ask() {
      const { refresh_token: token } = await service.signIn();
      const run = spawnSync(PYTHON, ["-c", script, token], { cwd: directory, encoding: "utf8" });
      return run.stdout.startsWith("rt1.") ? "a refresh token" : `${run.stdout}${run.stderr}`;
    },
  };
}
