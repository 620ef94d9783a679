import type { PasswordWeakness } from "../../domain/credentials/password.ts";
import type { AppContext } from "./context.ts";
import { problem } from "./errors.ts";

/** @param field the field of the body that held the password */
export function weakPassword(c: AppContext, field: string, weakness: PasswordWeakness): Response {
  return problem(c, "weak_password", { errors: [{ path: field, message: weakness }] });
}
