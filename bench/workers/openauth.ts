/**
 * OpenAuth's issuer on KV with its password provider, and an API that verifies its access tokens
 * with OpenAuth's own client. It limits no rates.
 */

import { issuer } from "@openauthjs/openauth";
import { createClient } from "@openauthjs/openauth/client";
import { PasswordProvider } from "@openauthjs/openauth/provider/password";
import { CloudflareStorage } from "@openauthjs/openauth/storage/cloudflare";
import type { StorageAdapter } from "@openauthjs/openauth/storage/storage";
import { createSubjects, type SubjectSchema } from "@openauthjs/openauth/subject";
import { hashEqually, verifyEqually } from "./equal-hash.ts";

type Env = {
  readonly STORAGE: KVNamespace;
  readonly ISSUER: string;
  /** `"equal"`: auth-service's cost instead of its own (scrypt, N=2^14, r=8, p=1). */
  readonly HASH: "shipped" | "equal";
};

// It writes a line for every request and has no switch for that.
console.log = () => undefined;

type User = { readonly email: string };

/** A schema by hand is faster than any library's. */
const user: SubjectSchema[string] & { readonly "~standard": { readonly types?: UserTypes } } = {
  "~standard": {
    version: 1,
    vendor: "bench",
    validate: (value) => (isUser(value) ? { value } : { issues: [{ message: "no user" }] }),
  },
};
type UserTypes = { readonly input: User; readonly output: User };

const isUser = (value: unknown): value is User =>
  typeof value === "object" &&
  value !== null &&
  "email" in value &&
  typeof value.email === "string";

const subjects = createSubjects({ user });

const equalHash = { hash: hashEqually, verify: verifyEqually };

const make = (env: Env) =>
  issuer({
    subjects,
    storage: storageOf(env.STORAGE),
    providers: {
      password: PasswordProvider({
        ...(env.HASH === "equal" ? { hasher: equalHash } : {}),
        // The pages are the application's; plain text costs it least.
        login: async (_request, _form, error) => page(error?.type ?? "login"),
        // The code that a mail would bring stands on the page.
        register: async (_request, state, _form, error) =>
          page(error?.type ?? (state.type === "code" ? state.code : "register")),
        change: async () => page("change"),
        sendCode: async () => undefined,
      }),
    },
    /*
     * As shipped, an old token goes on passing for 60 s and is then gone from KV. Here it passes
     * for a second and is then kept for a minute, so that a run can show the reuse detection. A
     * refresh reads and writes the same keys either way.
     */
    ttl: { reuse: 1, retention: 60 },
    success: async (respond, { email }) => respond.subject("user", { email }),
  });

/**
 * A code's entry is to expire in 60 s, KV's minimum. The adapter rounds down what is left of that:
 * wherever the clock has moved since, as it does on the local runtime, that is 59 s, and KV
 * refuses (its issue 133). Hence a second more.
 */
function storageOf(namespace: KVNamespace): StorageAdapter {
  const storage = CloudflareStorage({ namespace });
  return {
    ...storage,
    set: (key, value, expiry) =>
      storage.set(key, value, expiry && new Date(expiry.getTime() + 999)),
  };
}

const page = (text: string): Response => new Response(text);

type Issuer = ReturnType<typeof make>;
type Client = ReturnType<typeof createClient>;

/**
 * Made once in an isolate. Where they are made anew for each request, as one sees it done, its
 * keys are read from KV each time.
 */
let made: Issuer | undefined;
let client: Client | undefined;

const issuerOf = (env: Env): Issuer => {
  made ??= make(env);
  return made;
};

export default {
  async fetch(request, env, ctx): Promise<Response> {
    if (new URL(request.url).pathname !== "/api") return issuerOf(env).fetch(request, env, ctx);
    client ??= createClient({
      clientID: "bench",
      issuer: env.ISSUER,
      // Asked once; it remembers the keys.
      fetch: async (input: string) => issuerOf(env).fetch(new Request(input), env, ctx),
    });
    const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    const verified = await client.verify(subjects, token);
    if (verified.err) return Response.json({ ok: false }, { status: 401 });
    return Response.json({ ok: true, subject: verified.subject });
  },
} satisfies ExportedHandler<Env>;
