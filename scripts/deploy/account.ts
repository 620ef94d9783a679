import { err, ok } from "../../src/domain/result.ts";
import type { Installation } from "./installation.ts";
import type { Step } from "./step.ts";

const SIGN_IN = `Sign in with \`npx wrangler login\`; where nobody can, set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID (docs/deploying.md says what the token must be allowed).`;

export const lookForAccount = ({ environment }: Installation): Step => ({
  title: "Look whether somebody is signed in to Cloudflare",
  command: null,
  isNeeded(wrangler) {
    const { status, stdout, stderr } = wrangler(["whoami", "--json", "--env", environment]);
    if (status === 0) return ok(false);
    const isSignedOut = stdout.includes('"loggedIn"');
    return err(isSignedOut ? SIGN_IN : `${SIGN_IN}\nwrangler said:\n${stdout}${stderr}`.trimEnd());
  },
});
