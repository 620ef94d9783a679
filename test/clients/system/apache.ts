import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/dev-server.ts";
import type { Service } from "../support/service.ts";
import { snippet } from "../support/snippets.ts";
import { startDaemon } from "./daemon.ts";
import { OPENSSL, secured } from "./secured.ts";
import type { Door, Software } from "./software.ts";
import { nobody, showTo, TAKEN_FOR } from "./web.ts";

const MODULES = "/usr/lib/apache2/modules";
const VERSION: Software["version"] = ["/usr/sbin/apache2", "-v"];

export const modAuthOpenidc: Software = {
  name: "Apache, mod_auth_openidc by introspection",
  packages: {
    apache2: "/usr/sbin/apache2",
    "libapache2-mod-auth-openidc": `${MODULES}/mod_auth_openidc.so`,
    openssl: OPENSSL,
  },
  asks: true,
  version: VERSION,
  async start(service, directory) {
    // The module asks nobody without TLS.
    const secure = await secured(service.issuer, directory);
    const door = await startApache(service, directory, {
      module: "auth_openidc",
      extra: `OIDCCABundlePath ${secure.certificate}`,
      code: snippet("mod_auth_openidc", { issuer: secure.origin }),
    });
    return { ...door, close: () => Promise.all([door.close(), secure.close()]).then(() => {}) };
  },
};

export const modOauth2: Software = {
  name: "Apache, mod_oauth2 by introspection",
  packages: {
    apache2: "/usr/sbin/apache2",
    "libapache2-mod-oauth2": `${MODULES}/mod_oauth2.so`,
  },
  asks: true,
  version: VERSION,
  start: (service, directory) =>
    startApache(service, directory, {
      module: "oauth2",
      extra: "",
      code: snippet("mod_oauth2", service),
    }),
};

type Site = { readonly module: string; readonly extra: string; readonly code: string };

async function startApache(service: Service, directory: string, site: Site): Promise<Door> {
  const port = await freePort();
  mkdirSync(join(directory, "www"));
  writeFileSync(join(directory, "www/orders"), "");
  const file = join(directory, "apache.conf");
  writeFileSync(file, configuration(directory, port, service, site));
  const args = ["-D", "FOREGROUND", "-f", file];
  const daemon = await startDaemon("/usr/sbin/apache2", args, port);
  const orders = `http://127.0.0.1:${port}/orders`;
  return {
    show: (token) => showTo(orders, token),
    checks: [nobody(orders)],
    close: () => daemon.stop(),
  };
}

const modules = (names: readonly string[]): string =>
  names.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n");

/** The page says whom Apache took the caller for. */
const configuration = (
  directory: string,
  port: number,
  { program }: Service,
  { module, extra, code }: Site,
): string => `
${modules(["mpm_event", "authn_core", "authz_core", "authz_user", "headers", module])}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${directory}/apache.pid
DefaultRuntimeDir ${directory}
ErrorLog ${directory}/error.log
DocumentRoot ${directory}/www
User www-data
Group www-data
Header always set ${TAKEN_FOR} expr=%{REMOTE_USER}
${extra}
${code
  .replaceAll("svc_the_client_id", program.id)
  .replaceAll("scs_the_client_secret", program.secret)}
`;
