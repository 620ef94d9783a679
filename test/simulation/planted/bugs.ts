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
  {
    name: "an object's event is forgotten when it is sent",
    file: "src/persistence/durable/events/kv-outbox.ts",
    find: "      if (messages.length > 0) await queue.send(messages);",
    replace:
      "      this.confirm(kept.map(([at]) => at));\n      if (messages.length > 0) await queue.send(messages);",
  },
  {
    name: "events are confirmed whether or not they were stored",
    file: "src/use-cases/events/deliver-events.ts",
    find: "const done = messages.filter((message) => !failed.has(message));",
    replace: "const done = messages;",
  },
  {
    name: "an event of the record is gone once the queue has it",
    file: "src/use-cases/events/send-record-events.ts",
    find: "const gone = waiting.filter((one) => !one.isKept && !failed.has(one));",
    replace: "const gone = waiting.filter((one) => !failed.has(one));",
  },
  {
    name: "a place is given again once its event is confirmed",
    file: "src/persistence/durable/events/kv-outbox.ts",
    find: "if (places.includes(last)) kv.put(keyOf(last), null);",
    replace: "if (places.includes(last)) kv.delete(keyOf(last));",
  },
  {
    name: "a change that turns out to be made is told a second time",
    file: "src/use-cases/accounts/judge/tell-events.ts",
    find: "const events = made === null ? [] : [made];",
    replace:
      'const events = made === null ? [] : [made, { ...made, id: made.id.replace(/..$/, "AA") }];',
  },
  {
    name: "a try is counted after its password was compared",
    file: "src/use-cases/credentials/check-try.ts",
    find: "  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);",
    replace:
      "  const early = await find().catch(() => null);\n  if (early !== null) await compare(early);\n  const [reservation, lookup] = await Promise.allSettled([tries.reserve(), find()]);",
  },
  {
    name: "a success does not clear the count",
    file: "src/use-cases/credentials/check-password.ts",
    find: "  if (check.ok) {",
    replace: "  if (check.ok && tries.reserveSince === null) {",
  },
  {
    name: "a try within the delay is let through",
    file: "src/domain/credentials/throttle.ts",
    find: '? { kind: "delayed", retryAfter: delay - elapsed(lastAt, now), lastAt }',
    replace: '? { kind: "allowed", state: { failures: failures + 1, lastAt: now } }',
  },
  {
    name: "of two redemptions at once both are made",
    file: "src/use-cases/accounts/verify-email.ts",
    find: "    ifVersion,\n    cause,",
    replace: "    ifVersion: null,\n    cause,",
  },
  {
    name: "a reset keeps the sessions",
    file: "src/use-cases/accounts/judge/change-account.ts",
    find: "settle(deps, to, taken, end, told);",
    replace: 'settle(deps, to, taken, change.kind === "reset_password" ? "none" : end, told);',
  },
  {
    name: "a message that left is sent again when it comes again",
    file: "src/use-cases/accounts/send-once.ts",
    find: 'if (claimed !== "claimed") return;',
    replace: 'if (claimed === "withheld") return;',
  },
  {
    name: "one inbox gets as much mail as anybody asks for",
    file: "src/use-cases/accounts/send-once.ts",
    find: "const caps = NOTICES.has(purpose) ? [] : MAIL_CAPS;",
    replace: "const caps: readonly MailCap[] = [];",
  },
  {
    name: "a message that did not leave counts as sent",
    file: "src/use-cases/accounts/send-once.ts",
    find: "    throw error;\n",
    replace: "",
  },
  {
    name: "whoever registered stays in when the owner verifies the address",
    file: "src/use-cases/accounts/verify-email.ts",
    find: "const keepPassword = shown.value && credential.passwordHash !== null;",
    replace: "const keepPassword = credential.passwordHash !== null;",
  },
  {
    name: "a mailed code works again",
    file: "src/use-cases/credentials/count-codes.ts",
    find: "if (flow === undefined || flow.isSpent || flow.endsAt <= now) return false;",
    replace: "if (flow === undefined || flow.endsAt <= now) return false;",
  },
  {
    name: "a service account's object is told of a change after the reply",
    file: "src/use-cases/clients/tell-programs.ts",
    find: "  await tellNow(deps, whom);\n  return outcome;",
    replace: "  void tellNow(deps, whom).catch(() => undefined);\n  return outcome;",
  },
  {
    name: "a new client secret ends the others at once",
    file: "src/use-cases/clients/rotate-client-secret.ts",
    find: "const others = now + deps.clientSecretOverlap;",
    replace: "const others = now;",
  },
  {
    name: "an erasure forgets the audit trail",
    file: "src/use-cases/events/erase-context.ts",
    find: "if ((await erasures.erase(ids, BATCH)) < BATCH) return;",
    replace: "if (erasures !== undefined) return;",
  },
];
