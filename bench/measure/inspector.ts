/** Milliseconds; an isolate answers between two of its tasks. */
const PATIENCE = 10_000;

/** What the runtime's inspector tells of one isolate (Chrome DevTools Protocol). */
export type Inspector = {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  close(): void;
};

/**
 * @param host of the inspector, with its port
 * @param worker whose isolate it is
 * @throws Error when there is no such isolate, or nothing listens
 */
export async function inspect(host: string, worker: string): Promise<Inspector> {
  const response = await fetch(`http://${host}/json`);
  const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
  const target = targets.find(({ id }) => id === `core:user:${worker}`);
  if (target === undefined) throw new Error(`no isolate of ${worker}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const waiting = new Map<number, (result: Record<string, unknown>) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let last = 0;
  return {
    send(method, params = {}) {
      last += 1;
      const id = last;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve, reject) => {
        const late = () => reject(new Error(`the inspector does not answer ${method}`));
        const timer = setTimeout(late, PATIENCE);
        waiting.set(id, (result) => {
          clearTimeout(timer);
          resolve(result);
        });
      });
    },
    close: () => socket.close(),
  };
}
