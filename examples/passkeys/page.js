/*
 * A page that signs people in: with a password, a code, a passkey. It keeps its tokens in memory
 * alone, and forgets them when it is closed.
 */

const service = document.body.dataset.service;

/** Of the session at hand. */
let tokens = null;
/** What a sign-in goes on with whose first factor was right. */
let secondFactorToken = null;

const element = (id) => document.getElementById(id);

/** @throws Problem for every refusal */
async function call(method, path, body, token = tokens?.access_token) {
  const response = await fetch(`${service}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reply = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Problem(reply);
  return reply;
}

class Problem extends Error {
  constructor(reply) {
    super(reply.code);
    this.reply = reply;
  }
}

/** Asks the browser for a passkey that was there before. */
async function answer({ challenge_token, options }) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  return { challenge_token, credential: credential.toJSON() };
}

/** Asks it for a new one. */
async function create({ challenge_token, options }) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  return { challenge_token, credential: credential.toJSON() };
}

const ACTS = {
  async register({ email, password }) {
    await call("POST", "/v1/auth/register", { email, password });
    return "Registered.";
  },

  async signIn({ email, password }) {
    tokens = await call("POST", "/v1/auth/login", { email, password });
    return "Signed in.";
  },

  async signInByPasskey() {
    const shown = await answer(await call("POST", "/v1/auth/passkeys/options"));
    tokens = await call("POST", "/v1/auth/passkeys/login", shown);
    return "Signed in.";
  },

  /** Six digits are a code; anything else is a recovery code. */
  async showCode({ code }) {
    const shown = /^[0-9]{6}$/.test(code) ? { totp: code } : { recovery_code: code };
    return goOn(shown);
  },

  async showPasskey() {
    const asked = { second_factor_token: secondFactorToken };
    return goOn({
      passkey: await answer(await call("POST", "/v1/auth/login/second-factor/options", asked)),
    });
  },

  async addPasskey({ password }) {
    const proof = password === "" ? {} : { password };
    const me = "/v1/users/me/factors/passkeys";
    const made = await create(await call("POST", `${me}/options`, proof));
    const added = await call("POST", me, { ...made, name: navigator.platform || "Passkey" });
    // Shown once: whoever loses them makes a new set.
    element("codes").textContent = added.recovery_codes?.join("\n") ?? "";
    await refresh();
    return "Passkey added.";
  },

  async stepUp() {
    const shown = await answer(await call("POST", "/v1/auth/step-up/options"));
    const { access_token } = await call("POST", "/v1/auth/step-up", shown);
    tokens = { ...tokens, access_token };
    return "Proved again.";
  },

  async removeFactors() {
    const { factors } = await call("GET", "/v1/users/me/factors");
    for (const { id } of factors) await call("DELETE", `/v1/users/me/factors/${id}`, {});
    return "Removed.";
  },

  async signOut() {
    await call("POST", "/v1/auth/logout");
    tokens = null;
    return "Signed out.";
  },
};

async function goOn(shown) {
  const asked = { second_factor_token: secondFactorToken, ...shown };
  tokens = await call("POST", "/v1/auth/login/second-factor", asked);
  return "Signed in.";
}

/** New tokens say what the session has proved since. */
async function refresh() {
  const { refresh_token } = tokens;
  tokens = await call("POST", "/v1/auth/refresh", { refresh_token }, undefined);
}

/** The claims of a token of one's own, which nobody needs to verify. */
function claimsOf(token) {
  const [, payload] = token.split(".");
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function show() {
  element("second").hidden = secondFactorToken === null;
  element("session").hidden = tokens === null;
  if (tokens === null) return;
  const { sid, amr, acr } = claimsOf(tokens.access_token);
  element("sid").textContent = sid;
  element("amr").textContent = amr.join(" ");
  element("acr").textContent = acr;
  const { factors } = await call("GET", "/v1/users/me/factors");
  const items = factors.map(({ kind, name }) =>
    Object.assign(document.createElement("li"), { textContent: name ?? kind }),
  );
  element("factors").replaceChildren(...items);
}

async function act(name) {
  const field = (form, input) => element(form).elements[input].value;
  const given = {
    email: field("account", "email"),
    password: field("account", "password"),
    code: field("second", "code").trim(),
  };
  const told = element("told");
  told.textContent = "…";
  try {
    const done = await ACTS[name](given);
    secondFactorToken = null;
    await show();
    told.textContent = done;
  } catch (error) {
    secondFactorToken = error.reply?.second_factor_token ?? secondFactorToken;
    await show();
    told.textContent = error instanceof Problem ? error.message : `The browser says: ${error.name}`;
  }
}

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.submitter.value);
  });
}
