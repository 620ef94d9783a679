import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { registration } from "../../wire/accounts/own-account.ts";
import { userOnWire } from "../../wire/accounts/users.ts";

export const registrationRoute = new Hono<AppEnv>().post(
  "/v1/auth/register",
  access("public"),
  jsonBody(registration),
  async (c) => {
    const { accounts, config } = c.get("services");
    if (config.registration === "closed") return problem(c, "registration_closed");
    const { email, password, name = null } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const registered = await accounts.registerUser(anyoneAt(c), { email, password, name });
    return answer(c, registered, (user) =>
      user === null ? c.body(null, 202) : c.json(userOnWire(user), 201),
    );
  },
);
