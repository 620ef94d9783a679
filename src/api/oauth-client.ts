import type { ServiceAccount } from "../domain/service-account.ts";
import { authenticateClient, type ClientCredentials } from "../use-cases/authenticate-client.ts";
import type { AppContext } from "./context.ts";
import { type OAuthErrorCode, oauthError } from "./oauth-errors.ts";

/** A form's fields, each given once. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads `application/x-www-form-urlencoded`. A field given twice is refused, and an empty one is
 * as good as none (RFC 6749, section 3.2).
 */
export async function readForm(c: AppContext): Promise<Form | Response> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return oauthError(c, "invalid_request", "the body must be a form");
  }
  const form = new Map<string, string>();
  // Not text(): the runtime warns that a form is none.
  const body = new TextDecoder().decode(await c.req.arrayBuffer());
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return oauthError(c, "invalid_request", "a parameter is given twice");
    form.set(name, value);
  }
  return new Map([...form].filter(([, value]) => value !== ""));
}

/** The service account that asks, or the refusal. */
export async function requireClient(c: AppContext, form: Form): Promise<ServiceAccount | Response> {
  const credentials = credentialsOf(c.req.header("authorization"), form);
  if (typeof credentials === "string") return oauthError(c, credentials);
  const account = await authenticateClient(c.get("services"), credentials);
  return account ?? oauthError(c, "invalid_client");
}

/** RFC 6749, section 2.3.1: the header or the body, never both (section 2.3). */
function credentialsOf(header: string | undefined, form: Form): ClientCredentials | OAuthErrorCode {
  const secret = form.get("client_secret");
  if (header === undefined) {
    const id = form.get("client_id");
    return id === undefined || secret === undefined ? "invalid_client" : { id, secret };
  }
  if (secret !== undefined) return "invalid_request";
  const basic = basicCredentials(header);
  if (basic === null) return "invalid_client";
  const id = form.get("client_id");
  return id === undefined || id === basic.id ? basic : "invalid_request";
}

/** Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function basicCredentials(header: string): ClientCredentials | null {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  try {
    const [id = "", secret, ...rest] = atob(encoded).split(":").map(formDecode);
    return secret === undefined || rest.length > 0 ? null : { id, secret };
  } catch {
    return null;
  }
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));
