import { err, ok, type Result } from "../src/domain/result.ts";

/** Why a secret is refused, in words that follow "The secret" and never quote it. */
type Refusal =
  | "is not valid UTF-8"
  | "begins with a byte order mark"
  | "has a character that could not be read"
  | "must be one line, without control characters";

/** Line breaks of every kind, and control characters, which nobody types into a password. */
const UNTYPED = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * A secret from a pipe, read strictly: a lenient reading would keep a password that nobody typed.
 * The bytes are decoded together, since a character may arrive in two chunks. One line break at
 * the end belongs to `echo`, not to the secret.
 */
export async function pipedLine(
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<string, Refusal>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  try {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return oneLine(strict.decode(Buffer.concat(parts)));
  } catch {
    return err("is not valid UTF-8");
  }
}

/** The same for text that was decoded leniently, by the environment or the terminal. */
export function decodedLine(text: string): Result<string, Refusal> {
  return text.includes("\ufffd") ? err("has a character that could not be read") : oneLine(text);
}

function oneLine(text: string): Result<string, Refusal> {
  if (text.startsWith("\ufeff")) return err("begins with a byte order mark");
  const line = text.replace(/\r?\n$/, "");
  return UNTYPED.test(line) ? err("must be one line, without control characters") : ok(line);
}
