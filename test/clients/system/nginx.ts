import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/dev-server.ts";
import { snippet } from "../support/snippets.ts";
import { startDaemon } from "./daemon.ts";
import type { Software } from "./software.ts";
import { application, BACKEND, hostOf, inBrief, nobody, showTo, told } from "./web.ts";

export const nginx: Software = {
  name: "nginx, auth_request",
  packages: { nginx: "/usr/sbin/nginx" },
  asks: true,
  version: ["/usr/sbin/nginx", "-v"],

  async start(service, directory) {
    const port = await freePort();
    const backend = await application();
    const locations = snippet("nginx", service).replaceAll(BACKEND, hostOf(backend));
    const file = join(directory, "nginx.conf");
    writeFileSync(file, configuration(directory, port, locations));
    const daemon = await startDaemon("/usr/sbin/nginx", ["-p", directory, "-c", file], port);
    const orders = `http://127.0.0.1:${port}/orders`;
    const { access_token: token } = await service.signIn();
    return {
      show: (shown) => showTo(orders, shown),
      checks: [
        nobody(orders),
        ...(await told(orders, service)),
        {
          what: "a permission that the person has not",
          wanted: "403",
          ask: async () => inBrief(await showTo(`${orders}/refunds`, token)),
        },
      ],
      async close() {
        await Promise.all([daemon.stop(), backend.close()]);
      },
    };
  },
};

const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

const configuration = (directory: string, port: number, locations: string): string => `
daemon off;
pid ${directory}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`;
