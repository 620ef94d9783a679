/**
 * A mistake that somebody could make, as a change of one file's text. `find` must stand there exactly
 * once: a bug that can no longer be planted is a failure, and is to be rewritten.
 */
export type Bug = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** What the simulation must find. A new one is an entry here. */
export const BUGS: readonly Bug[] = [
  {
    name: "the successor is drawn and not derived from the token presented",
    file: "src/core/security/refresh-token-codec.ts",
    find: "return { ...token, version, secret: mac(key, input) };",
    replace:
      "return { ...token, version, secret: crypto.getRandomValues(new Uint8Array(SECRET_LENGTH)) };",
  },
  {
    name: "a reused token is refused and its session lives on",
    file: "src/use-cases/accounts/judge/end-sessions.ts",
    find: 'if (type === "refresh.reused") store.sessions.remove(sessionId);',
    replace: "",
  },
  {
    name: "a disabled account keeps its sessions",
    file: "src/use-cases/accounts/judge/keep-authority.ts",
    find: 'const ended = end === "all" ? store.sessions.removeAllExcept(null) : 0;',
    replace: "const ended = 0;",
  },
];
