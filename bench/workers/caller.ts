/**
 * A Worker that asks another one over a service binding and answers what it was told: first
 * `AuthRpc`, then a bare one, so that both are reached in the same way.
 */
type Verdict = { readonly ok: boolean };
type Staleness = "offline" | number;

type Env = {
  readonly AUTH?: {
    verify(token: string, options: { maxStaleness: Staleness }): Promise<Verdict>;
  };
  readonly BARE?: { ping(): Promise<Verdict>; verify(token: string): Promise<Verdict> };
};

export default {
  async fetch(request, env): Promise<Response> {
    const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    const { ok } = (await ask(new URL(request.url).pathname, token, env)) ?? { ok: false };
    return new Response(ok ? "ok" : "refused", { status: ok ? 200 : 401 });
  },
} satisfies ExportedHandler<Env>;

async function ask(path: string, token: string, env: Env): Promise<Verdict | undefined> {
  switch (path) {
    case "/offline":
      return env.AUTH?.verify(token, { maxStaleness: "offline" });
    case "/10":
      return env.AUTH?.verify(token, { maxStaleness: 10 });
    case "/0":
      return env.AUTH?.verify(token, { maxStaleness: 0 });
    case "/ping":
      return env.BARE?.ping();
    case "/verify":
      return env.BARE?.verify(token);
    default:
      return undefined;
  }
}
