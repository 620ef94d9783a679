import * as z from "zod";

/* What replies are made of. Examples are no secrets and no one's. */

const example = (text: string) => z.string().meta({ examples: [text] });

export const userId = example(`usr_${"A".repeat(22)}`);
export const sessionId = example(`ses_${"A".repeat(22)}`);
export const factorId = example(`fac_${"A".repeat(22)}`);
export const serviceAccountId = example(`svc_${"A".repeat(22)}`);
export const secretId = example("A".repeat(22));
export const eventId = example(`evt_${"A".repeat(22)}`);
export const kid = example("A".repeat(43));

/** RFC 3339 in UTC. */
export const time = z.iso.datetime().meta({ examples: ["2026-01-31T12:00:00.000Z"] });

export const address = z.string().meta({ examples: ["ada@example.com"] });

export const roleName = example("editor");

export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: "Where the next page begins; null on the last one." });

export const acr = z.enum(["aal1", "aal2"]);

export const amr = z.array(z.string()).meta({
  description: "How its owner was authenticated (RFC 8176).",
  examples: [["pwd", "otp", "mfa"]],
});

/** Of a session, wherever it is shown. */
export const sessionFields = {
  id: sessionId,
  created_at: time,
  last_used_at: time,
  expires_at: time,
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
};
