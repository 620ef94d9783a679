import type { UserId } from "../../../src/domain/ids.ts";
import type { UserObjects } from "../../../src/use-cases/accounts/ports.ts";
import { MemoryAccount, type MemoryAccountDeps } from "./memory-account.ts";

/** The users' objects, over any AccountRecord. */
export function memoryAccounts(deps: MemoryAccountDeps): UserObjects {
  const objects = new Map<UserId, MemoryAccount>();
  const ask = <T>(userId: UserId, work: (account: MemoryAccount) => T | Promise<T>) => {
    const account = objects.get(userId) ?? new MemoryAccount(userId, deps);
    objects.set(userId, account);
    return account.serially(async () => work(account));
  };

  return {
    openSession: (userId, command) => ask(userId, (account) => account.open(command)),
    refresh: (userId, command) => ask(userId, (account) => account.refresh(command)),
    check: (userId, sessionId) =>
      ask(userId, async (account) => {
        await account.freshen();
        const authority = account.current();
        const session = account.sessions.get(sessionId);
        return authority && session && account.isAlive(session)
          ? account.grant(authority, session)
          : null;
      }),
    holdsToken: (userId, sessionId, hash) =>
      ask(userId, async (account) => {
        await account.freshen();
        const device = { ip: null, userAgent: null };
        const successor = { hash, secretVersion: 0 };
        return "session" in account.decide({ sessionId, presented: hash, successor, device });
      }),
    listSessions: (userId) =>
      ask(userId, (account) =>
        [...account.sessions.values()]
          .filter((session) => account.isAlive(session))
          .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
          .map((session) => ({
            id: session.id,
            createdAt: session.createdAt,
            lastUsedAt: session.lastUsedAt,
            expiresAt: session.expiresAt,
            device: session.device,
            replayedElsewhereAt: session.replayedElsewhereAt,
          })),
      ),
    endSessions: (userId, which) =>
      ask(userId, (account) =>
        account.end((id) => {
          if (which === "all") return true;
          return "only" in which ? id === which.only : id !== which.allExcept;
        }),
      ),
    change: (userId, command) => ask(userId, (account) => account.change(command)),
    catchUp: (userId) => ask(userId, (account) => account.catchUp()),
    reserveProof: (userId, by, credentialSetAt) =>
      ask(userId, ({ proofs }) => proofs.reserve(by, credentialSetAt)),
    releaseProof: (userId, by, attempt) => ask(userId, ({ proofs }) => proofs.release(by, attempt)),
    clearProofs: (userId, by) => ask(userId, ({ proofs }) => proofs.clear(by)),
  };
}
