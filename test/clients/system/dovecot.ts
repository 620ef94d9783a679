import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../../support/dev-server.ts";
import { snippet } from "../support/snippets.ts";
import { startDaemon } from "./daemon.ts";
import type { Software, Verdict } from "./software.ts";

/** Milliseconds. */
const TIMEOUT = 20_000;

export const dovecot: Software = {
  name: "Dovecot, OAUTHBEARER",
  packages: { "dovecot-imapd": "/usr/lib/dovecot/imap", "dovecot-core": "/usr/sbin/dovecot" },
  asks: true,
  needsRoot: true, // it starts each of its processes as another user
  version: ["/usr/sbin/dovecot", "--version"],

  async start(service, directory) {
    await service.verifyAddress();
    const port = await freePort();
    const { person, program } = service;
    const backend = join(directory, "dovecot-oauth2.conf.ext");
    const { host } = new URL(service.issuer);
    writeFileSync(
      backend,
      snippet("dovecot-oauth2", service)
        .replace("https://", "http://")
        .replace("auth.example.com", host)
        .replace("svc_the_client_id", program.id)
        .replace("scs_the_client_secret", program.secret),
    );
    const code = snippet("dovecot", service).replace(
      "/etc/dovecot/dovecot-oauth2.conf.ext",
      backend,
    );
    const file = join(directory, "dovecot.conf");
    writeFileSync(file, configuration(directory, port, code));
    mkdirSync(join(directory, "mail"), { mode: 0o777 });
    const daemon = await startDaemon("/usr/sbin/dovecot", ["-F", "-c", file], port);
    return {
      names: { person: person.email, program: null },
      show: (token) => signIn(port, person.email, token),
      checks: [
        {
          what: "a good token under somebody else's name",
          wanted: "refused",
          ask: async () => {
            const { access_token: token } = await service.signIn();
            return (await signIn(port, "bob@example.com", token)).kind;
          },
        },
      ],
      close: () => daemon.stop(),
    };
  },
};

/** Mail is never opened: signing in is all that is tried. */
const configuration = (directory: string, port: number, code: string): string => `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = /dev/stderr
protocols = imap
ssl = no
disable_plaintext_auth = no
auth_verbose = yes
default_login_user = nobody
first_valid_uid = 1
mail_location = maildir:${directory}/mail/%u
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${directory}/mail/%u
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
${code}
`;

/** SASL OAUTHBEARER (RFC 7628, section 3.1) over IMAP, as a mail client does it. */
function signIn(port: number, name: string, token: string): Promise<Verdict> {
  const message = `n,a=${name},\u0001host=localhost\u0001port=${port}\u0001auth=Bearer ${token}\u0001\u0001`;
  const socket = connect(port, "127.0.0.1").setTimeout(TIMEOUT);
  socket.write(`a AUTHENTICATE OAUTHBEARER ${Buffer.from(message).toString("base64")}\r\n`);
  return new Promise((resolve, reject) => {
    const done = (verdict: Verdict) => {
      resolve(verdict);
      socket.destroy();
    };
    socket.on("error", reject);
    socket.on("timeout", () => done({ kind: "broken", how: "no answer" }));
    socket.on("close", () => done({ kind: "broken", how: "hung up" }));
    createInterface({ input: socket }).on("line", (line) => {
      if (line.startsWith("+"))
        socket.write("\r\n"); // the details of a refusal, which are noted
      else if (line.startsWith("a OK")) done({ kind: "accepted", subject: name });
      else if (line.startsWith("a NO [AUTHENTICATIONFAILED]")) done({ kind: "refused", how: line });
      else if (line.startsWith("a ")) done({ kind: "broken", how: line });
    });
  });
}
