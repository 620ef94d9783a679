import { call, newUser, PASSWORD, type Reply, type SignedIn } from "./client.ts";
import { codeOf } from "./totp.ts";

export type Enrolled = SignedIn & {
  readonly factor: string;
  readonly secret: string;
  readonly codes: readonly string[];
};

/**
 * Gives somebody a second factor. Its code of the step before this one is used for it, so that the
 * one of now is good.
 */
export async function enrol(user: SignedIn): Promise<Enrolled> {
  const { accessToken: token } = user;
  const me = "/v1/users/me/factors/totp";
  const { body } = await call("POST", me, { token, body: { password: PASSWORD } });
  const confirm = async (code: string): Promise<Reply> => {
    const reply = await call("POST", `${me}/${body.id}/confirm`, { token, body: { code } });
    const next = codeOf(body.secret, -1);
    // The step ended on the way, and the code was of two steps before.
    return reply.status === 401 && next !== code ? confirm(next) : reply;
  };
  const confirmed = await confirm(codeOf(body.secret, -1));
  if (confirmed.status !== 200) throw new Error(`the factor was refused: ${confirmed.status}`);
  return {
    ...user,
    factor: body.id,
    secret: body.secret,
    codes: confirmed.body.recovery_codes,
  };
}

/** Somebody with a second factor, and a token that says so. */
export async function newEnrolled(given?: SignedIn): Promise<Enrolled> {
  const enrolled = await enrol(given ?? (await newUser()));
  const { body } = await call("POST", "/v1/auth/refresh", {
    body: { refresh_token: enrolled.refreshToken },
  });
  return { ...enrolled, accessToken: body.access_token, refreshToken: body.refresh_token };
}

/** Signs in with the password alone, and gives the token that the sign-in goes on with. */
export async function firstFactor({ email }: Pick<SignedIn, "email">): Promise<string> {
  const reply = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  if (reply.status !== 403) throw new Error(`no second factor was asked for: ${reply.status}`);
  return reply.body.second_factor_token;
}

export const SECOND = "/v1/auth/login/second-factor";
