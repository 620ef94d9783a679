import type { Person } from "../../../domain/access/actor.ts";
import type { Password } from "../../../domain/credentials/password.ts";
import type { FactorId } from "../../../domain/ids.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { Factors, NewSecret, OneTimePasswords } from "../../credentials/ports.ts";
import {
  insufficientFor,
  type OwnAccountDeps,
  type ProofRefusal,
  proveOwner,
} from "../prove-owner.ts";

export type OwnFactorDeps = OwnAccountDeps & { readonly factors: Factors };

export type EnrolDeps = OwnFactorDeps & {
  readonly oneTimePasswords: OneTimePasswords;
  readonly newFactorId: () => FactorId;
};

export type Enrolled = Pick<NewSecret, "secret" | "uri"> & { readonly id: FactorId };

/** Begins a second factor. It counts once its first code was shown. */
export async function enrolTotp(
  deps: EnrolDeps,
  actor: Person,
  password: Password | null,
): Promise<Result<Enrolled, ProofRefusal | "too_many_factors">> {
  const proven = await proveOwner(deps, actor, password, { addsFactor: true });
  if (!proven.ok) return proven;
  const id = deps.newFactorId();
  const { user } = proven.value.credential;
  const { wrapped, secret, uri } = await deps.oneTimePasswords.create(user.id, id, user.email);
  const factor = {
    id,
    kind: "totp",
    createdAt: deps.clock(),
    begunIn: actor.sessionId,
    confirmedAt: null,
    lastUsedAt: null,
    wrappedSecret: wrapped,
    lastStep: null,
  } as const;
  const answer = await deps.factors.addFactor(user.id, { factor });
  if (answer === "added") return ok({ id, secret, uri });
  return err(answer === "too_many" ? "too_many_factors" : insufficientFor(deps));
}
