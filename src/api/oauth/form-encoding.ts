import type { ClientCredentials } from "../../use-cases/clients/authenticate-client.ts";

/**
 * Names and values, or null for what is no UTF-8, escaped or not (RFC 6749, appendix B). A lenient
 * decoder maps every invalid byte to the same character, and so different secrets to one.
 */
export function parseForm(bytes: ArrayBuffer): [name: string, value: string][] | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const [name = "", ...value] = pair.split("=");
        return [formDecode(name), formDecode(value.join("="))];
      });
  } catch {
    return null;
  }
}

/** Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1). */
export function basicCredentials(header: string): ClientCredentials | null {
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
