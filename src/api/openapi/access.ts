import * as z from "zod";
import { roleName, secretId } from "./fields.ts";
import { NOTHING, type Operations } from "./operation.ts";

const role = z
  .object({
    name: roleName,
    description: z.string(),
    permissions: z.array(z.string()).meta({ examples: [["users:read"]] }),
    require_aal2: z.boolean().meta({
      description: "Whether it counts for a person only in a session that showed a second factor.",
    }),
  })
  .meta({ id: "Role" });

const ROLE = { description: "The role.", body: role };

/** Secrets whose accounts came to more than their makers held. */
export const endedSecrets = z.array(secretId).meta({
  description: "Secrets of service accounts that ended with this.",
});

export const accessOperations: Operations = {
  "GET /v1/auth/check": {
    id: "check",
    summary: "Ask for a proxy who calls, as of now",
    description: "For nginx's `auth_request` and the forward auth of Traefik and Caddy.",
    replies: {
      204: {
        description: "Let it pass.",
        headers: {
          "x-auth-subject": "The id of the user or the service account.",
          "x-auth-session": "The session, of a person.",
          "x-auth-roles": "Names with commas between.",
          "x-auth-permissions": "With commas between.",
        },
      },
    },
    problems: ["forbidden", "insufficient_user_authentication"],
  },
  "GET /v1/roles": {
    id: "listRoles",
    summary: "List roles",
    replies: {
      200: {
        description: "All of them.",
        body: z.object({ roles: z.array(role) }).meta({ id: "Roles" }),
      },
    },
  },
  "POST /v1/roles": {
    id: "createRole",
    summary: "Make a role",
    description: "Of permissions that one holds oneself.",
    replies: { 201: ROLE },
    problems: ["role_exists", "conflict"],
  },
  "GET /v1/roles/:name": { id: "getRole", summary: "Read a role", replies: { 200: ROLE } },
  "PATCH /v1/roles/:name": {
    id: "updateRole",
    summary: "Change a role",
    replies: {
      200: {
        description: "The role as it is now.",
        body: role.extend({ ended_secrets: endedSecrets.optional() }).meta({ id: "UpdatedRole" }),
      },
    },
    problems: ["conflict", "too_many_permissions", "last_admin"],
  },
  "DELETE /v1/roles/:name": {
    id: "deleteRole",
    summary: "Delete a role that nobody holds",
    replies: { 204: NOTHING },
    problems: ["conflict", "role_in_use"],
  },
};
