import { FIRST_PARTY_CLIENT } from "../../core/config/constants.ts";
import type { Program } from "../../domain/clients/service-account.ts";
import type { ClientCredentials } from "../../use-cases/clients/authenticate-client.ts";
import { type AppContext, originOf } from "../http/context.ts";
import { bodyOf } from "../http/validation.ts";
import { type OAuthErrorCode, oauthError, oauthRefused } from "./errors.ts";
import { basicCredentials, parseForm } from "./form-encoding.ts";

/** A form's fields, each given once. */
export type Form = ReadonlyMap<string, string>;

/** Parameters of a client never belong in the URL, which is logged (RFC 6749, section 2.3.1). */
const NEVER_IN_ADDRESS = ["client_id", "client_secret", "client_assertion"];

/**
 * Reads `application/x-www-form-urlencoded`. A field given twice is refused, and an empty one is
 * as good as none (RFC 6749, section 3.2).
 */
export async function readForm(c: AppContext): Promise<Form | Response> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return oauthError(c, "invalid_request", "the body must be a form");
  }
  if (NEVER_IN_ADDRESS.some((name) => c.req.query(name) !== undefined)) {
    return oauthError(c, "invalid_request", "a client is named in the header or the body only");
  }
  const bytes = await bodyOf(c); // not text(): the runtime warns
  if (bytes === null) return oauthError(c, "invalid_request", "the body broke off");
  const fields = parseForm(bytes);
  if (fields === null) return oauthError(c, "invalid_request", "the form is not valid UTF-8");
  const form = new Map<string, string>();
  for (const [name, value] of fields) {
    if (form.has(name)) return oauthError(c, "invalid_request", "a parameter is given twice");
    form.set(name, value);
  }
  return new Map([...form].filter(([, value]) => value !== ""));
}

/** The public client that people sign in with, or a service account that authenticated. */
type OAuthClient = "public" | Program;

/** The service account that asks, or the refusal. */
export async function requireClient(c: AppContext, form: Form): Promise<Program | Response> {
  const client = await identifyClient(c, form);
  return client === "public" ? oauthError(c, "invalid_client") : client;
}

/**
 * Who asks (RFC 6749, section 2.3): a service account that authenticates, or the public client,
 * which has no secret and says its name. Whoever shows a credential is judged by it.
 *
 * @param nameless the answer for a request that names no client
 */
export async function identifyClient(
  c: AppContext,
  form: Form,
  nameless: "public" | "invalid_client" = "invalid_client",
): Promise<OAuthClient | Response> {
  const shown = credentialsOf(c.req.header("authorization"), form) ?? nameless;
  if (shown === "public") return "public";
  if (typeof shown === "string") return oauthError(c, shown);
  const known = await c.get("services").clients.authenticateClient(shown);
  return known.ok ? { ...known.value, from: originOf(c) } : oauthRefused(c, known.error);
}

/** One way to authenticate, never two (RFC 6749, section 2.3); null where there is none. */
function credentialsOf(
  header: string | undefined,
  form: Form,
): ClientCredentials | "public" | OAuthErrorCode | null {
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  // Not offered here, but it counts as a second way to authenticate (RFC 7521, section 4.2).
  const assertion = form.get("client_assertion");
  const shown = [header, secret, assertion].filter((credential) => credential !== undefined);
  if (shown.length > 1) return "invalid_request";
  if (header !== undefined) return headerCredentials(header, id);
  if (secret !== undefined && id !== undefined) return { id, secret };
  if (shown.length > 0) return "invalid_client";
  if (id === undefined) return null;
  return id === FIRST_PARTY_CLIENT ? "public" : "invalid_client";
}

function headerCredentials(
  header: string,
  id: string | undefined,
): ClientCredentials | OAuthErrorCode {
  const basic = basicCredentials(header);
  if (basic === null) return "invalid_client";
  return id === undefined || id === basic.id ? basic : "invalid_request";
}
