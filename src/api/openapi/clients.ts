import * as z from "zod";
import { endedSecrets } from "./access.ts";
import { roleName, secretId, serviceAccountId, time } from "./fields.ts";
import { NOTHING, type Operations } from "./operation.ts";

const serviceAccount = z
  .object({
    id: serviceAccountId,
    name: z.string().meta({ examples: ["nightly report"] }),
    status: z.enum(["active", "disabled"]),
    roles: z.array(roleName),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "ServiceAccount" });

const made = z
  .object({
    service_account: serviceAccount,
    client_id: serviceAccountId,
    client_secret: z.string().meta({ description: "Shown once.", examples: ["scs_AAAA"] }),
    secret_id: secretId,
  })
  .meta({ id: "NewSecret" });

const secret = z
  .object({
    id: secretId,
    created_by: z.string(),
    created_at: time,
    last_used_at: time.nullable(),
    expires_at: time.nullable(),
  })
  .meta({ id: "ClientSecret" });

const ended = z.object({ ended_secrets: endedSecrets }).meta({ id: "EndedSecrets" });

export const clientOperations: Operations = {
  "GET /v1/service-accounts": {
    id: "listServiceAccounts",
    summary: "List service accounts",
    replies: {
      200: {
        description: "All of them.",
        body: z
          .object({ service_accounts: z.array(serviceAccount) })
          .meta({ id: "ServiceAccounts" }),
      },
    },
  },
  "POST /v1/service-accounts": {
    id: "createServiceAccount",
    summary: "Make a service account",
    description: "Repeated, it makes a second one.",
    replies: { 201: { description: "The account with its secret.", body: made } },
    problems: ["too_many_permissions", "conflict", "not_found"],
  },
  "GET /v1/service-accounts/:id": {
    id: "getServiceAccount",
    summary: "Read a service account",
    replies: {
      200: { description: "The account.", body: z.object({ service_account: serviceAccount }) },
    },
  },
  "PATCH /v1/service-accounts/:id": {
    id: "updateServiceAccount",
    summary: "Rename, disable or enable a service account",
    replies: {
      200: {
        description: "The account as it is now.",
        body: z.object({
          service_account: serviceAccount,
          ended_secrets: endedSecrets.optional(),
        }),
      },
    },
    problems: ["conflict"],
  },
  "DELETE /v1/service-accounts/:id": {
    id: "deleteServiceAccount",
    summary: "Delete a service account",
    replies: { 204: NOTHING },
    problems: ["conflict"],
  },
  "PUT /v1/service-accounts/:id/roles/:role": {
    id: "assignRoleToServiceAccount",
    summary: "Give a service account a role",
    replies: {
      200: { description: "Given, and secrets ended with it.", body: ended },
      204: NOTHING,
    },
    problems: ["too_many_permissions", "conflict"],
  },
  "DELETE /v1/service-accounts/:id/roles/:role": {
    id: "removeRoleFromServiceAccount",
    summary: "Take a role from a service account",
    replies: {
      200: { description: "Taken, and secrets ended with it.", body: ended },
      204: NOTHING,
    },
    problems: ["conflict"],
  },
  "GET /v1/service-accounts/:id/secrets": {
    id: "listClientSecrets",
    summary: "List the secrets of a service account",
    replies: {
      200: {
        description: "What is recorded of them.",
        body: z.object({ secrets: z.array(secret) }).meta({ id: "ClientSecrets" }),
      },
    },
  },
  "POST /v1/service-accounts/:id/secrets": {
    id: "rotateClientSecret",
    summary: "Make a further secret",
    description: "Those that it supersedes go on for 24 hours.",
    replies: { 201: { description: "The secret, shown once.", body: made } },
    problems: ["conflict"],
  },
  "DELETE /v1/service-accounts/:id/secrets/:secret": {
    id: "endClientSecret",
    summary: "End a secret",
    replies: { 204: NOTHING },
    problems: ["conflict"],
  },
};
