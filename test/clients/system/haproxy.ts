import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/dev-server.ts";
import { snippet } from "../support/snippets.ts";
import { startDaemon } from "./daemon.ts";
import type { Software } from "./software.ts";
import { application, BACKEND, hostOf, nobody, showTo, told } from "./web.ts";

export const haproxy: Software = {
  name: "HAProxy, Lua",
  packages: { haproxy: "/usr/sbin/haproxy" },
  asks: true,
  version: ["/usr/sbin/haproxy", "-v"],

  async start(service, directory) {
    const port = await freePort();
    const backend = await application();
    const lua = join(directory, "auth-check.lua");
    // Its client asks a name server, which knows no localhost.
    const issuer = service.issuer.replace("localhost", "127.0.0.1");
    writeFileSync(lua, snippet("haproxy-lua", { issuer }));
    const file = join(directory, "haproxy.cfg");
    const configuration = snippet("haproxy", service)
      .replace("/etc/haproxy/auth-check.lua", lua)
      .replace("127.0.0.1:8080", `127.0.0.1:${port}`)
      .replace(BACKEND, hostOf(backend));
    writeFileSync(file, configuration);
    const daemon = await startDaemon("/usr/sbin/haproxy", ["-db", "-f", file], port);
    const orders = `http://127.0.0.1:${port}/orders`;
    return {
      show: (token) => showTo(orders, token),
      checks: [nobody(orders), ...(await told(orders, service))],
      async close() {
        await Promise.all([daemon.stop(), backend.close()]);
      },
    };
  },
};
