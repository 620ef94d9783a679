import { type Authenticator, newAuthenticator } from "./authenticator.ts";
import { call, newUser, PASSWORD, type Reply, refresh, type SignedIn } from "./client.ts";

export const PASSKEYS = "/v1/users/me/factors/passkeys";

type Lies = Parameters<Authenticator["get"]>[1];

/** Asks for a passkey in a session, and brings what the authenticator made. */
export async function addPasskey(
  token: string,
  authenticator: Authenticator,
  lies: Lies = {},
): Promise<Reply> {
  const asked = await call("POST", `${PASSKEYS}/options`, { token, body: { password: PASSWORD } });
  if (asked.status !== 200) return asked;
  const credential = await authenticator.create(asked.body.options, lies);
  const { challenge_token } = asked.body;
  return call("POST", PASSKEYS, { token, body: { challenge_token, credential, name: "Key" } });
}

export type WithPasskey = SignedIn & {
  readonly authenticator: Authenticator;
  readonly factor: string;
  readonly codes: readonly string[];
};

/** Somebody with a passkey, and tokens that say two factors. */
export async function newWithPasskey(
  given: Parameters<typeof newAuthenticator>[0] = {},
  owner?: SignedIn,
): Promise<WithPasskey> {
  const user = owner ?? (await newUser());
  const authenticator = await newAuthenticator(given);
  const { status, body } = await addPasskey(user.accessToken, authenticator);
  if (status !== 201) throw new Error(`the passkey was refused: ${status} ${body.code}`);
  const { body: tokens } = await refresh(user.refreshToken);
  return {
    ...user,
    authenticator,
    factor: body.id,
    codes: body.recovery_codes,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
  };
}

/** Answers a challenge that a route gave. */
export async function answerTo(
  { body }: Reply,
  authenticator: Authenticator,
  lies: Lies = {},
): Promise<{ readonly challenge_token: string; readonly credential: object }> {
  const credential = await authenticator.get(body.options, lies);
  return { challenge_token: body.challenge_token, credential };
}

export const challengeAnyone = (): Promise<Reply> => call("POST", "/v1/auth/passkeys/options");

/** Signs in without a user name. */
export async function signInByPasskey(
  authenticator: Authenticator,
  lies: Lies = {},
): Promise<Reply> {
  const body = await answerTo(await challengeAnyone(), authenticator, lies);
  return call("POST", "/v1/auth/passkeys/login", { body });
}
