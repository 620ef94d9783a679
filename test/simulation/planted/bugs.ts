/**
 * A mistake that somebody could make, as a change of one file's text. `find` must stand there exactly
 * once: a bug that can no longer be planted is a failure, and is to be rewritten.
 */
export type Bug = {
  readonly name: string;
  /** The first history that gave it away when it was last looked for. */
  readonly seed: number;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** What the simulation must find. A new one is an entry here. */
export const BUGS: readonly Bug[] = [
  {
    name: "the successor is drawn and not derived from the token presented",
    seed: 2,
    file: "src/core/security/refresh-token-codec.ts",
    find: "return { ...token, version, secret: mac(key, input) };",
    replace:
      "return { ...token, version, secret: crypto.getRandomValues(new Uint8Array(SECRET_LENGTH)) };",
  },
  {
    name: "a reused token is refused and its session lives on",
    seed: 13,
    file: "src/use-cases/accounts/judge/end-sessions.ts",
    find: 'if (type === "refresh.reused") store.sessions.remove(sessionId);',
    replace: "",
  },
  {
    name: "a disabled account keeps its sessions",
    seed: 2,
    file: "src/use-cases/accounts/judge/keep-authority.ts",
    find: 'end === "all" || isLost ?',
    replace: "isLost ?",
  },
  {
    name: "an object's event is forgotten when it is sent",
    seed: 3,
    file: "src/persistence/durable/events/kv-outbox.ts",
    find: "      if (messages.length > 0) await queue.send(messages);",
    replace:
      "      this.confirm(kept.map(([at]) => at));\n      if (messages.length > 0) await queue.send(messages);",
  },
  {
    name: "events are confirmed whether or not they were stored",
    seed: 60,
    file: "src/use-cases/events/deliver-events.ts",
    find: "const done = messages.filter((message) => !failed.has(message));",
    replace: "const done = messages;",
  },
  {
    name: "an event of the record is gone once the queue has it",
    seed: 507,
    file: "src/use-cases/events/send-record-events.ts",
    find: "const gone = waiting.filter((one) => !one.isKept && !failed.has(one));",
    replace: "const gone = waiting.filter((one) => !failed.has(one));",
  },
  {
    name: "a place is given again once its event is confirmed",
    seed: 1,
    file: "src/persistence/durable/events/kv-outbox.ts",
    find: "if (places.includes(last)) kv.put(keyOf(last), null);",
    replace: "if (places.includes(last)) kv.delete(keyOf(last));",
  },
  {
    name: "a change that turns out to be made is told a second time",
    seed: 1,
    file: "src/use-cases/accounts/judge/tell-events.ts",
    find: "const events = made === null ? [] : [made];",
    replace:
      'const events = made === null ? [] : [made, { ...made, id: made.id.replace(/..$/, "AA") }];',
  },
  {
    name: "a try is counted after its password was compared",
    seed: 1,
    file: "src/use-cases/credentials/check-try.ts",
    find: "  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);",
    replace:
      "  const early = await find().catch(() => null);\n  if (early !== null) await compare(early);\n  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);",
  },
  {
    name: "a success does not clear the count",
    seed: 1,
    file: "src/use-cases/credentials/check-password.ts",
    find: "  if (check.ok) {",
    replace: "  if (check.ok && tries.reserveSince === null) {",
  },
  {
    name: "a try within the delay is let through",
    seed: 9,
    file: "src/domain/credentials/throttle.ts",
    find: '? { kind: "delayed", retryAfter: delay - elapsed(lastAt, now), lastAt }',
    replace: '? { kind: "allowed", state: { failures: failures + 1, lastAt: now } }',
  },
  {
    name: "of two redemptions at once both are made",
    seed: 18,
    file: "src/use-cases/accounts/verify-email.ts",
    find: "    ifVersion,\n    cause,",
    replace: "    ifVersion: null,\n    cause,",
  },
  {
    name: "a reset keeps the sessions",
    seed: 9,
    file: "src/use-cases/accounts/judge/change-account.ts",
    find: "settle(deps, to, taken, end, told);",
    replace: 'settle(deps, to, taken, change.kind === "reset_password" ? "none" : end, told);',
  },
  {
    name: "a message that left is sent again when it comes again",
    seed: 3,
    file: "src/use-cases/accounts/send-once.ts",
    find: 'if (claimed !== "claimed") return;',
    replace: 'if (claimed === "withheld") return;',
  },
  {
    name: "one inbox gets as much mail as anybody asks for",
    seed: 24,
    file: "src/use-cases/accounts/send-once.ts",
    find: "const caps = NOTICES.has(purpose) ? [] : MAIL_CAPS;",
    replace: "const caps: readonly MailCap[] = [];",
  },
  {
    name: "a message that did not leave counts as sent",
    seed: 199,
    file: "src/use-cases/accounts/send-once.ts",
    find: "    throw error;\n",
    replace: "",
  },
  {
    name: "whoever registered stays in when the owner verifies the address",
    seed: 1_498,
    file: "src/use-cases/accounts/verify-email.ts",
    find: "const keepPassword = shown.value && credential.passwordHash !== null;",
    replace: "const keepPassword = credential.passwordHash !== null;",
  },
  {
    name: "a mailed code works again",
    seed: 374,
    file: "src/use-cases/credentials/count-codes.ts",
    find: "if (flow === undefined || flow.isSpent || flow.endsAt <= now) return false;",
    replace: "if (flow === undefined || flow.endsAt <= now) return false;",
  },
  {
    name: "a service account's object is told of a change after the reply",
    seed: 601,
    file: "src/use-cases/clients/tell-programs.ts",
    find: "  await tellNow(deps, whom);\n  return outcome;",
    replace: "  void tellNow(deps, whom).catch(() => undefined);\n  return outcome;",
  },
  {
    name: "a new client secret ends the others at once",
    seed: 19,
    file: "src/use-cases/clients/rotate-client-secret.ts",
    find: "const others = now + deps.clientSecretOverlap;",
    replace: "const others = now;",
  },
  {
    name: "an export reads the trail before it asks the object",
    seed: 3_745,
    file: "src/use-cases/accounts/export-user.ts",
    find: `  const held = await deps.accounts.exportHeld(userId, causeOf(actor));
  if (held === null) return err("not_found");
  const { events, last } = await eventsAbout(deps, userId, after);`,
    replace: `  const { events, last } = await eventsAbout(deps, userId, after);
  const held = await deps.accounts.exportHeld(userId, causeOf(actor));
  if (held === null) return err("not_found");`,
  },
  {
    name: "an erasure forgets the audit trail",
    seed: 7,
    file: "src/use-cases/events/erase-context.ts",
    find: "if ((await erasures.erase(ids, BATCH)) < BATCH) return;",
    replace: "if (erasures !== undefined) return;",
  },
  {
    name: "a new key signs as soon as it is made",
    seed: 2,
    file: "src/domain/keys/signing-key.ts",
    find: "signsFrom: key === heir ? now : now + policy.publishAhead,",
    replace: "signsFrom: now,",
  },
  {
    name: "a key goes as soon as its successor signs",
    seed: 77,
    file: "src/domain/keys/signing-key.ts",
    find: "return Math.min(...takeovers, Number.POSITIVE_INFINITY) + policy.tokenLifetime;",
    replace: "return Math.min(...takeovers, Number.POSITIVE_INFINITY);",
  },
  {
    name: "a key is published only once it signs",
    seed: 2,
    file: "src/domain/keys/signing-key.ts",
    find: 'return state === "next" || state === "current" || state === "retired";',
    replace: 'return state === "current" || state === "retired";',
  },
  {
    name: "the wrapped half of a key is bound to another kid when it is wrapped again",
    seed: 45,
    file: "src/core/security/key-wrapping.ts",
    find: 'return { kind: "rewrapped", wrapped: await wrap(secrets, LABEL, key.kid, plain) };',
    replace:
      'return { kind: "rewrapped", wrapped: await wrap(secrets, LABEL, key.wrappedPrivate, plain) };',
  },
  {
    name: "the keys are never wrapped under the newest secret",
    seed: 4,
    file: "src/use-cases/keys/carry-out-rotation.ts",
    find: "await deps.keys.rewrap(kid, key.wrappedPrivate, outcome.wrapped, deps.actor);",
    replace: "",
  },
  {
    name: "a wrapped key is read with the newest secret, whatever version it names",
    seed: 4,
    file: "src/core/security/wrapping.ts",
    find: "const subkey = secrets.subkey(versionOf(wrapped), label);",
    replace: "const subkey = newestSubkey(secrets, label);",
  },
  {
    name: "a refresh token is checked with the newest secret alone",
    seed: 4,
    file: "src/core/security/refresh-token-codec.ts",
    find: 'const key = secrets.subkey(bytes.readUInt16BE(), "refresh-token-mac");',
    replace: 'const key = secrets.subkey(secrets.newest, "refresh-token-mac");',
  },
  {
    name: "a revoked key is taken out of the set in KV and nowhere else",
    seed: 9,
    file: "src/domain/keys/signing-key.ts",
    find: 'if (key.revokedAt !== null) return "revoked";',
    replace: "",
  },
  {
    name: "the copy of the keys is verified with for as long as it is signed with",
    seed: 74,
    file: "src/core/security/key-ring.ts",
    find: "return jwksOf(await copy.read(KEYS_MAX_AGE), deps.clock(), deps.policy).keys;",
    replace:
      "return jwksOf(await copy.read(KEYS_SIGNING_MAX_AGE), deps.clock(), deps.policy).keys;",
  },
  {
    name: "an older key signs again when the current one is revoked",
    seed: 9,
    file: "src/domain/keys/signing-key.ts",
    find: "return latest(keys.filter((key) => signsSince(key) <= now));",
    replace:
      "return latest(keys.filter((key) => signsSince(key) <= now && key.revokedAt === null));",
  },
  {
    name: "an unknown kid is a bad token when the keys were asked for another a moment ago",
    seed: 101,
    file: "src/core/memory/key-copy.ts",
    find: 'if (isSpent && underWay === null) throw new Unavailable("signing keys");',
    replace: "if (isSpent && underWay === null) return true;",
  },
  {
    name: "an unknown kid is a bad token without a reading",
    seed: 37,
    file: "src/core/memory/key-copy.ts",
    find: "return copy.readAt < time + LEEWAY && !copy.keys.some((key) => key.kid === kid);",
    replace: "return false;",
  },
  {
    name: "a missing set in KV is an empty one",
    seed: 8,
    file: "src/core/security/key-ring.ts",
    find: "if (cached === null || cached.keys.length === 0) return null;",
    replace: "if (cached === null) return { keys: [] };",
  },
  {
    name: "a verifier elsewhere keeps its keys for a day",
    seed: 432,
    file: "src/client/remote-keys.ts",
    find: "const isCurrent = known !== null && isYoungerThan(known.maxAge, known.askedAt);",
    replace: "const isCurrent = known !== null && isYoungerThan(86_400_000, known.askedAt);",
  },
  {
    name: "a verifier elsewhere asks for no key that it lacks",
    seed: 5,
    file: "src/client/remote-keys.ts",
    find: "if (!(isCurrent && known?.keys.has(kid)) && mayAsk()) await reload();",
    replace: "if (known === null && mayAsk()) await reload();",
  },
  {
    name: "a copy of a role never grows old",
    seed: 14,
    file: "src/core/memory/role-catalogue.ts",
    find: "isYounger(readAt, now, ROLES_MAX_AGE);",
    replace: "readAt <= now;",
  },
  {
    name: "a verdict is remembered for ten times as long as was asked for",
    seed: 5,
    file: "src/core/memory/liveness.ts",
    find: "return isYounger(askedAt, now, limit);",
    replace: "return isYounger(askedAt, now, 10 * limit);",
  },
  {
    name: "the freshness of zero takes what is remembered",
    seed: 5,
    file: "src/use-cases/tokens/verify-token.ts",
    find: "const authority = await deps.liveness.ask(presented, maxStaleness * 1_000);",
    replace: "const authority = await deps.liveness.ask(presented, 60_000 + maxStaleness * 1_000);",
  },
  {
    name: "a verdict carries the roles of the token",
    seed: 18,
    file: "src/use-cases/tokens/verify-token.ts",
    find: "claims: { ...claims, roles: counting, ver: version, permissions },",
    replace: "claims: { ...claims, ver: version, permissions },",
  },
  {
    name: "no second factor is asked for",
    seed: 3,
    file: "src/use-cases/accounts/judge/open-session.ts",
    find: `acr === "aal2" || levelOf(`,
    replace: `acr !== undefined || levelOf(`,
  },
  {
    name: "a code of a second factor works until its step is over",
    seed: 7,
    file: "src/domain/credentials/factor.ts",
    find: "step <= factor.lastStep",
    replace: "step < factor.lastStep",
  },
  {
    name: "a recovery code works again",
    seed: 7,
    file: "src/use-cases/credentials/take-factor.ts",
    find: "void recoveryCodes.delete(proof.hash)",
    replace: "undefined",
  },
  {
    name: "a session forgets at its next refresh that two factors were shown",
    seed: 3,
    file: "src/use-cases/accounts/judge/keep-factors.ts",
    find: "store.sessions.prove(factor.begunIn, provedWith(grant, proof, now));",
    replace:
      'store.sessions.prove(factor.begunIn, { ...provedWith(grant, proof, now), acr: "aal1" });',
  },
  {
    name: "a second factor that is shown in vain opens a session where none is asked for any more",
    seed: 98,
    file: "src/use-cases/accounts/judge/open-session.ts",
    find: "  if (second !== null) return showSecond",
    replace: "  if (second !== null && !reaches(deps, command)) return showSecond",
  },
  {
    name: "a role that asks for two factors counts at one",
    seed: 4,
    file: "src/domain/access/role.ts",
    find: `acr === "aal2" || acr === null`,
    replace: "acr !== undefined",
  },
  {
    name: "factors that an operator said are lost go on",
    seed: 41,
    file: "src/use-cases/accounts/judge/lose-factors.ts",
    find: "if (factorsVoidAt <= (heard ?? 0)) return [];",
    replace: "if (factorsVoidAt >= 0) return [];",
  },
  {
    name: "a challenge to a passkey is answered again",
    seed: 140,
    file: "src/use-cases/accounts/judge/keep-factors.ts",
    find: "endsAt <= clock() || spent.get(name) !== undefined",
    replace: "endsAt <= clock()",
  },
  {
    name: "a passkey that was only touched is two factors",
    seed: 3,
    file: "src/domain/assurance.ts",
    find: "const isSecond = userVerified ||",
    replace: "const isSecond = userVerified || method !== undefined ||",
  },
  {
    name: "a copy of a passkey is not noticed",
    seed: 82,
    file: "src/domain/credentials/factor.ts",
    find: "if (factor.signCount > 0 && signCount <= factor.signCount) return null;",
    replace: "if (signCount < 0) return null;",
  },
  {
    name: "a passkey makes its owner nobody's two factors",
    seed: 3,
    file: "src/domain/credentials/factor.ts",
    find: "factors.some(isConfirmed)",
    replace: "factors.filter(isTotp).some(isConfirmed)",
  },
];
