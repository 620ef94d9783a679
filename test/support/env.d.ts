import type { D1Migration } from "cloudflare:test";
import type { Env as ServiceEnv } from "../../src/bindings.ts";

declare global {
  namespace Cloudflare {
    interface Env extends ServiceEnv {
      readonly QUIET_DB: D1Database;
      readonly QUIET_AUDIT_DB: D1Database;
      readonly LINEARIZABILITY_RUNS: string;
      readonly LINEARIZABILITY_SEED: string;
      readonly MAIL_TRANSPORT: string;
      readonly MIGRATIONS: D1Migration[];
      readonly AUDIT_MIGRATIONS: D1Migration[];
    }
    interface GlobalProps {
      mainModule: typeof import("../../src/index.ts");
    }
  }
}
