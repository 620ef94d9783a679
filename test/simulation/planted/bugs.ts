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
    name: "a message that failed does not come again, and its keeper is told",
    file: "src/api/consume-messages.ts",
    find: "if (failed.has(body)) retry(services, message, failed.get(body));\n    else message.ack();",
    replace: "message.ack();",
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
    name: "what comes late of somebody erased is stored whole",
    file: "src/use-cases/events/store-events.ts",
    find: "if (gone.length > 0) await eraseContext(deps, gone, ERASED_AT_ONCE);",
    replace: "",
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
    name: "a refused try extends the delay",
    file: "src/domain/credentials/throttle.ts",
    find: '? { kind: "delayed", retryAfter: delay - elapsed(lastAt, now), lastAt }',
    replace: '? { kind: "allowed", state: { failures: failures + 1, lastAt: now } }',
  },
];
