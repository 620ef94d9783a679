/** For `vi.waitFor`: what is deferred waits for the reply to leave. */
export const DEFERRED = { timeout: 15_000 };
