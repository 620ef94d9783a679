import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../../bindings.ts";
import { consoleLog } from "../../core/logging.ts";
import { type Actor, may } from "../../domain/access/actor.ts";
import type { OwnPermission } from "../../domain/access/permission.ts";
import { parseUserId, type UserId } from "../../domain/ids.ts";
import type { Services } from "../../services.ts";
import { mayCallerHash } from "../http/rate-limits.ts";
import { newUser, userOnWire } from "../wire/accounts/users.ts";
import { permission, roleName, userId } from "../wire/fields.ts";
import { answerOf, no, nothing, type Refused } from "./refusals.ts";
import { withServices } from "./with-services.ts";

/**
 * The caller, as whoever deployed the calling Worker wrote it into `props`: never from a request,
 * and only from the same account, whose deployers are trusted (docs/decisions/0010).
 */
const propsSchema = z.strictObject({
  caller: z.string().regex(/^[\w.-]{1,64}$/),
  permissions: z.array(permission),
});

/** What a call may have made. */
type Made = { readonly user?: { readonly id: string } };
type Done<T extends Made = Made> = ({ readonly ok: true } & T) | Refused;

/**
 * Administration for other Workers, by the same rules as over HTTP: each call needs its permission
 * in the binding's props, and nobody grants more than they hold. Results are unions, never thrown;
 * the caller's name is logged.
 */
export class AuthAdminRpc extends WorkerEntrypoint<Env> {
  async createUser(input: unknown): Promise<Done<{ user: ReturnType<typeof userOnWire> }>> {
    return this.#call(
      "createUser",
      "users:write",
      newUser,
      input,
      async (services, actor, given) => {
        const { email, password = null, name = null, roles } = given;
        const isCostly = password !== null;
        if (isCostly && !(await mayCallerHash(services, actor.id))) {
          return no("too_many_requests");
        }
        const wanted = { email, password, name, roles };
        const made = await services.accounts.createManagedUser(actor, wanted);
        return answerOf(made, (user) => ({ user: userOnWire(user) }));
      },
    );
  }

  async disableUser(id: unknown): Promise<Done> {
    return this.#call("disableUser", "users:write", userId, id, async (services, actor, user) =>
      answerOf(await services.accounts.updateUser(actor, user, { status: "disabled" }), nothing),
    );
  }

  async deleteUser(id: unknown): Promise<Done> {
    return this.#call("deleteUser", "users:write", userId, id, async (services, actor, user) =>
      answerOf(await services.accounts.deleteUser(actor, user), nothing),
    );
  }

  async assignRole(id: unknown, role: unknown): Promise<Done> {
    return this.#changeRole("assign_role", id, role);
  }

  async removeRole(id: unknown, role: unknown): Promise<Done> {
    return this.#changeRole("remove_role", id, role);
  }

  async endSessions(id: unknown): Promise<Done> {
    return this.#call("endSessions", "sessions:revoke", userId, id, async (services, actor, user) =>
      answerOf(await services.sessions.endUserSessions(actor, user), nothing),
    );
  }

  #changeRole(wanted: "assign_role" | "remove_role", id: unknown, role: unknown): Promise<Done> {
    const schema = z.tuple([userId, roleName]);
    const method = wanted === "assign_role" ? "assignRole" : "removeRole";
    return this.#call(method, "roles:assign", schema, [id, role], async (services, actor, given) =>
      answerOf(await services.accounts.setUserRole(actor, ...given, wanted), nothing),
    );
  }

  /** Props, permission, arguments, work, record: the same for every call. */
  async #call<S extends z.ZodType, T extends Made>(
    method: string,
    needed: OwnPermission,
    schema: S,
    input: unknown,
    work: (services: Services, actor: Actor, given: z.output<S>) => Promise<Done<T>>,
  ): Promise<Done<T>> {
    const props = propsSchema.safeParse(this.ctx.props);
    if (!props.success) return no("forbidden"); // nobody to put on record
    const { caller, permissions } = props.data;
    const actor: Actor = { kind: "worker", id: caller, roles: [], permissions };
    const outcome = await this.#decide(method, actor, needed, schema, input, work);
    const target = targetOf(input, outcome);
    consoleLog.info({ event: "admin_call", caller, method, target, outcome: codeOf(outcome) });
    return outcome;
  }

  async #decide<S extends z.ZodType, T extends Made>(
    method: string,
    actor: Actor,
    needed: OwnPermission,
    schema: S,
    input: unknown,
    work: (services: Services, actor: Actor, given: z.output<S>) => Promise<Done<T>>,
  ): Promise<Done<T>> {
    if (!may(actor, needed)) return no("forbidden");
    const given = schema.safeParse(input);
    if (!given.success) return no("invalid_request");
    return withServices(this.env, `AuthAdminRpc.${method}`, (services) =>
      work(services, actor, given.data),
    );
  }
}

/** The id that is acted upon, or that was just made; never a name or an address. */
function targetOf(input: unknown, outcome: Done): UserId | null {
  const made = outcome.ok ? outcome.user?.id : undefined;
  const parsed = parseUserId(made ?? (Array.isArray(input) ? input[0] : input));
  return parsed.ok ? parsed.value : null;
}

const codeOf = (outcome: Done): string => (outcome.ok ? "ok" : outcome.code);
