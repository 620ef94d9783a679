import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../../bindings.ts";
import {
  optionsArgument,
  readOptions,
  WIRE_FIELDS,
  type WireOptions,
  wireOptions,
} from "../../client/options.ts";
import type { Verdict as ClientVerdict } from "../../client/verifier.ts";
import type { Services } from "../../services.ts";
import { permission } from "../wire/fields.ts";
import { withServices } from "./with-services.ts";

type Refused = { readonly ok: false; readonly code: "invalid_request" | "unavailable" };
type Keys = { readonly ok: true } & Awaited<ReturnType<Services["keys"]["jwks"]>>;

/**
 * What other Workers verify tokens with, through a service binding: exactly this, and no call throws.
 * The verdicts are those of HTTP.
 */
export class AuthRpc extends WorkerEntrypoint<Env> {
  /** Judges an access token, as fresh as `maxStaleness` asks; `"offline"` unless told. */
  async verify(token: unknown, ...given: unknown[]): Promise<ClientVerdict> {
    const wanted = wantedBy(given);
    if (typeof token !== "string" || wanted === null) return { ok: false, code: "invalid_request" };
    return judge(this.env, "verify", token, wanted);
  }

  /** `verify` with a permission that the caller must hold. */
  async authorize(token: unknown, needed: unknown, ...given: unknown[]): Promise<ClientVerdict> {
    const one = permission.safeParse(needed);
    const wanted = one.success ? wantedBy(given, { permission: one.data }) : null;
    if (typeof token !== "string" || wanted === null) return { ok: false, code: "invalid_request" };
    return judge(this.env, "authorize", token, wanted);
  }

  /** The published key set (RFC 7517, section 5). */
  async jwks(): Promise<Keys | Refused> {
    return withServices(this.env, "AuthRpc.jwks", async (services) => ({
      ok: true as const,
      ...(await services.keys.jwks()),
    }));
  }
}

const judge = (
  env: Env,
  method: "verify" | "authorize",
  token: string,
  wanted: Wanted,
): Promise<ClientVerdict> =>
  withServices<ClientVerdict>(env, `AuthRpc.${method}`, async ({ tokens }) => {
    const verdict = await tokens.verifyToken(token, wanted);
    if (verdict.ok) return { ok: true, claims: verdict.value };
    const { error } = verdict;
    return { ok: false, ...(typeof error === "string" ? { code: error } : error) };
  });

type Wanted = WireOptions & Required<Pick<WireOptions, "maxStaleness">>;

/**
 * @param given the arguments from where the options stand
 * @param besides what another argument asks for
 * @returns null when the options are invalid
 */
function wantedBy(
  given: readonly unknown[],
  besides: { readonly permission?: string } = {},
): Wanted | null {
  try {
    const options = readOptions("AuthRpc", optionsArgument("AuthRpc", given), WIRE_FIELDS);
    return { maxStaleness: "offline", ...wireOptions("AuthRpc", { ...options, ...besides }) };
  } catch {
    return null;
  }
}
