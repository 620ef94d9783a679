/** A sampled function, and its shares of the time in which samples were taken. */
export type Share = { readonly place: string; readonly total: number; readonly self: number };

type ProfileNode = {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
};

/** Of the Chrome DevTools Protocol, `Profiler.Profile`. */
export type Profile = {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
};

const SAMPLING_INTERVAL = 100; // microseconds

/**
 * Samples a Worker's isolate while work is done.
 *
 * @param inspector where the runtime listens for debuggers
 * @returns the dearest functions first
 */
export async function inspected(
  inspector: URL,
  worker: string,
  work: () => Promise<unknown>,
): Promise<Share[]> {
  const socket = await connected(inspector, worker);
  const send = commandsOf(socket);
  await send("Profiler.enable");
  await send("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL });
  await send("Profiler.start");
  await work();
  const { profile } = (await send("Profiler.stop")) as { profile: Profile };
  socket.close();
  return sharesOf(profile);
}

async function connected(inspector: URL, worker: string): Promise<WebSocket> {
  const response = await fetch(`http://${inspector.host}/json`);
  const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
  const target = targets.find(({ id }) => id === `core:user:${worker}`);
  if (target === undefined) throw new Error(`no isolate of ${worker}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  return socket;
}

function commandsOf(socket: WebSocket) {
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  return (method: string, params = {}): Promise<unknown> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}

export function sharesOf({ nodes, samples, timeDeltas }: Profile): Share[] {
  const own = new Map<number, number>();
  samples.forEach((id, index) => {
    own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const all = [...own.values()].reduce((sum, time) => sum + time, 0);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sums = new Map<string, { total: number; self: number }>();

  /** A function that calls itself is counted once for each sample. */
  const visit = (node: ProfileNode, callers: readonly string[]): number => {
    const place = placeOf(node);
    const self = own.get(node.id) ?? 0;
    const children = (node.children ?? []).flatMap((id) => byId.get(id) ?? []);
    const below = children.reduce((sum, child) => sum + visit(child, [...callers, place]), self);
    const known = sums.get(place) ?? { total: 0, self: 0 };
    const total = known.total + (callers.includes(place) ? 0 : below);
    sums.set(place, { total, self: known.self + self });
    return below;
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, []);
  return [...sums]
    .map(([place, { total, self }]) => ({ place, total: total / all, self: self / all }))
    .sort((a, b) => b.total - a.total);
}

/** A line for each: its share with all that it calls, and without. */
export const shareTable = (shares: readonly Share[]): string =>
  shares
    .map(({ place, total, self }) => {
      const [all, own] = [total, self].map((share) => `${(100 * share).toFixed(1)} %`.padStart(8));
      return `${all}${own}  ${place}`;
    })
    .join("\n");

const placeOf = ({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string =>
  `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
