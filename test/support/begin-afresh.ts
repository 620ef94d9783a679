import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

/*
 * Files of tests follow one another in the same runtime, whose start costs more than most of them:
 * each begins with empty stores, the clock's own time and an isolate that remembers nothing.
 */
vi.useRealTimers();
vi.resetModules();
await reset();
await applyD1Migrations(env.DB, env.MIGRATIONS);
await applyD1Migrations(env.AUDIT_DB, env.AUDIT_MIGRATIONS);
