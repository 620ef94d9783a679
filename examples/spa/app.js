import { createAuth, Replaced, Unreachable } from "/auth-service/index.js";

const service = document.body.dataset.service;
const [account, session] = [document.querySelector("#account"), document.querySelector("#session")];
const tell = (text) => {
  document.querySelector("#told").textContent = text;
};

const TOLD = {
  signed_out: "Signed out.",
  ended: "The session has ended.",
  replaced: "Somebody signed in anew in another tab.",
};

/** Grows with each person whose page this was: what comes for an earlier one is not shown. */
let person = 0;

const auth = createAuth({
  service,
  onSignedOut(reason) {
    person += 1;
    show(null);
    tell(TOLD[reason]);
  },
});

function show(user) {
  account.hidden = user !== null;
  session.hidden = user === null;
  document.querySelector("#who").textContent = user?.email ?? "";
}

async function look() {
  const whose = person;
  const reply = await auth.fetch(`${service}/v1/users/me`).catch((error) => {
    if (error instanceof TypeError) throw new Unreachable(error.message, { cause: error });
    throw error;
  });
  if (!reply.ok) return;
  const { user } = await reply.json();
  if (whose !== person) return;
  show(user);
  tell(`Looked at ${new Date().toISOString()}`);
}

/** What the service cannot answer now is no reason to sign anybody out. */
const orTell = (work) => async (event) => {
  event?.preventDefault();
  await work(event).catch((error) => {
    if (error instanceof Replaced) return; // it was told
    if (!(error instanceof Unreachable)) throw error;
    tell("The service cannot be reached. Try again.");
  });
};

account.addEventListener(
  "submit",
  orTell(async () => {
    const { email, password } = Object.fromEntries(new FormData(account));
    const signedIn = await auth.signIn({ email, password });
    if (!signedIn.ok) return tell(signedIn.problem.title);
    account.reset();
    return look();
  }),
);

session.addEventListener(
  "submit",
  orTell((event) => (event.submitter.value === "out" ? auth.signOut() : look())),
);

// A tab that was just opened finds out whether somebody is signed in.
await orTell(async () => {
  if (await auth.isSignedIn()) await look();
  else show(null);
})();
