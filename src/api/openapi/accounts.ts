import * as z from "zod";
import { event } from "./events.ts";
import { factor, heldFactor } from "./factors.ts";
import { acr, address, amr, nextCursor, roleName, sessionFields, time, userId } from "./fields.ts";
import { NOTHING, type Operations } from "./operation.ts";
import { SIGNED_IN } from "./sessions.ts";

const user = z
  .object({
    id: userId,
    email: address,
    email_verified: z.boolean(),
    name: z.string().nullable(),
    status: z.enum(["active", "disabled"]),
    roles: z.array(roleName),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "User" });

const oneUser = z.object({ user });

const exported = z
  .object({
    exported_at: time,
    user: user.extend({ version: z.int() }),
    password: z.object({ set_at: time }).nullable(),
    verified_email: address.nullable(),
    sessions: z.array(
      z.object({
        ...sessionFields,
        refreshed_at: time.nullable(),
        refreshed_ip: z.string().nullable(),
        refreshed_user_agent: z.string().nullable(),
        replayed_elsewhere_at: time.nullable(),
        client_id: z.string(),
        audience: z.string().nullable(),
        auth_time: time,
        amr,
        acr,
      }),
    ),
    factors: z.array(heldFactor),
    recovery_codes_left: z.int(),
    factors_not_confirmed: z.array(factor.shape.id),
    failed_proofs: z.array(z.object({ by: z.string(), failures: z.int(), last_at: time })),
    events_not_stored_yet: z.array(event),
    events: z.array(event),
    truncated: z.boolean(),
    next_cursor: nextCursor,
  })
  .meta({ id: "Export" });

const USER = { description: "The account.", body: oneUser };
const MAILED = { description: "Whatever there is to mail is on its way." };
const EXPORTED = { description: "Everything that is held of the person.", body: exported };

export const accountOperations: Operations = {
  "POST /v1/auth/register": {
    id: "register",
    summary: "Register an account",
    description:
      "Where `REGISTRATION` is `private`, the reply never tells whether the address is taken.",
    replies: {
      201: { description: "The account, whose address is mailed a link.", body: user },
      202: MAILED,
    },
    problems: ["email_taken", "registration_closed", "weak_password", "too_many_requests"],
  },
  "POST /v1/auth/password/forgot": {
    id: "forgotPassword",
    summary: "Have a link mailed to choose another password",
    replies: { 202: MAILED },
    problems: ["too_many_requests"],
  },
  "POST /v1/auth/password/reset": {
    id: "resetPassword",
    summary: "Choose a password with a mailed token",
    description: "Every session has ended, the address is verified, nobody is signed in.",
    replies: { 204: NOTHING },
    problems: ["invalid_token", "weak_password", "too_many_requests"],
  },
  "POST /v1/auth/email/resend": {
    id: "resendVerification",
    summary: "Have the link to verify an address mailed again",
    replies: { 202: MAILED },
    problems: ["too_many_requests"],
  },
  "POST /v1/auth/email/verify": {
    id: "verifyEmail",
    optional: ["bearer"],
    summary: "Verify an address with a mailed token",
    description:
      "With the password, or with an access token of the account, both stay. Anyone else makes the password void, and is given a token to choose another.",
    replies: {
      200: {
        description: "Verified, and the password is void.",
        body: z.object({ reset_token: z.string() }).meta({ id: "ResetToken" }),
      },
      204: { description: "Verified." },
    },
    problems: ["invalid_token", "invalid_credentials", "too_many_requests"],
  },
  "POST /v1/users/me/email": {
    id: "changeOwnEmail",
    summary: "Ask for another address",
    description: "Nothing has changed until the link in the mail is opened.",
    replies: { 202: MAILED },
    problems: ["invalid_credentials", "insufficient_user_authentication", "too_many_requests"],
  },
  "GET /v1/users/me": {
    id: "getOwnAccount",
    summary: "Read one's own account",
    replies: { 200: USER },
  },
  "PATCH /v1/users/me": {
    id: "updateOwnAccount",
    summary: "Rename oneself",
    replies: { 200: USER },
    problems: ["too_many_requests"],
  },
  "DELETE /v1/users/me": {
    id: "deleteOwnAccount",
    summary: "Delete one's own account",
    description: "The password may be left out shortly after a sign-in or a step-up.",
    replies: { 204: NOTHING },
    problems: [
      "invalid_credentials",
      "insufficient_user_authentication",
      "last_admin",
      "conflict",
      "too_many_requests",
    ],
  },
  "POST /v1/users/me/password": {
    id: "changeOwnPassword",
    summary: "Change one's own password",
    description: "Every session has ended; the tokens are of a new one.",
    replies: { 200: { ...SIGNED_IN, description: "Signed in anew." } },
    problems: [
      "invalid_credentials",
      "insufficient_user_authentication",
      "account_disabled",
      "email_not_verified",
      "conflict",
      "weak_password",
      "too_many_requests",
    ],
  },
  "GET /v1/users/me/export": {
    id: "exportOwnAccount",
    summary: "Export what is held of oneself",
    replies: { 200: EXPORTED },
    problems: ["too_many_requests"],
  },
  "GET /v1/users/:id/export": {
    id: "exportUser",
    summary: "Export what is held of a user",
    replies: { 200: EXPORTED },
    problems: ["too_many_requests"],
  },
  "GET /v1/users": {
    id: "listUsers",
    summary: "List users",
    replies: {
      200: {
        description: "A page, the oldest first.",
        body: z.object({ users: z.array(user), next_cursor: nextCursor }).meta({ id: "Users" }),
      },
    },
  },
  "POST /v1/users": {
    id: "createUser",
    summary: "Make an account",
    description:
      "With `roles` it needs `roles:assign` and what they grant, with `password` it needs `*`. Without a password an invitation is mailed.",
    replies: { 201: USER },
    problems: ["email_taken", "too_many_permissions", "weak_password", "too_many_requests"],
  },
  "GET /v1/users/:id": { id: "getUser", summary: "Read a user", replies: { 200: USER } },
  "PATCH /v1/users/:id": {
    id: "updateUser",
    summary: "Rename, disable or enable a user",
    description: "`active` also forgets failed tries.",
    replies: { 200: USER },
    problems: ["last_admin", "conflict"],
  },
  "DELETE /v1/users/:id": {
    id: "deleteUser",
    summary: "Delete a user",
    replies: { 204: NOTHING },
    problems: ["last_admin", "conflict"],
  },
  "PUT /v1/users/:id/roles/:role": {
    id: "assignRole",
    summary: "Give a user a role",
    replies: { 204: NOTHING },
    problems: ["too_many_permissions", "conflict"],
  },
  "DELETE /v1/users/:id/roles/:role": {
    id: "removeRole",
    summary: "Take a role from a user",
    replies: { 204: NOTHING },
    problems: ["last_admin", "conflict"],
  },
};
