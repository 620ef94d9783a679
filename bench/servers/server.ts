import type { Actor } from "../measure/load.ts";

/** A Worker as Miniflare starts it. The rest of its options go there as they are. */
export type WorkerSpecification = {
  readonly name: string;
  /** The bundle's file. */
  readonly script: string;
  readonly bindings?: Record<string, string>;
  readonly d1Databases?: Record<string, string>;
  readonly queueProducers?: Record<string, string>;
  readonly queueConsumers?: Record<string, { maxBatchSize: number; maxBatchTimeout: number }>;
  readonly email?: { send_email: { name: string }[] };
  readonly kvNamespaces?: Record<string, string>;
  readonly durableObjects?: Record<string, { className: string; useSQLite: boolean }>;
  readonly ratelimits?: Record<string, { namespace_id: string; simple: { limit: number } }>;
  readonly serviceBindings?: Record<string, string | { name: string; entrypoint: string }>;
};

/** Bundles by the name of their Worker's file. */
export type Bundles = ReadonlyMap<string, string>;

/** How a server is started: Workers on the runtime, or a program of Node's. */
export type Launch = Workers | { readonly script: string; readonly args?: readonly string[] };
export type Workers = {
  /** The first is `"main"`. */
  readonly workers: readonly WorkerSpecification[];
  /** SQL for the first Worker's databases, by binding, a statement each. */
  readonly seed?: Readonly<Record<string, readonly string[]>>;
  /** Whether the runtime's inspector listens, which costs a little of every request. */
  readonly inspected?: boolean;
};

/** A server that answers. */
export type Running = {
  readonly pid: number;
  /** By Worker, and `"main"`. */
  readonly origins: Readonly<Record<string, string>>;
  /** Host and port of the inspector, where one listens. */
  readonly inspector?: string;
};

export const originOf = ({ origins }: Running, target = "main"): string => origins[target] ?? "";

/** Operations of one kind stand in one table. */
export type Kind =
  | "sign-up"
  | "sign-in"
  | "refresh"
  | "check, stateless"
  | "check, stateful"
  | "introspection"
  | "key set"
  | "refusal"
  | "part";

export type Operation = {
  /** Unique within its server. */
  readonly name: string;
  readonly kind: Kind;
  /** What a client sends, for the reader of the table. */
  readonly request: string;
  /** HTTP requests that one operation takes, where it is more than one. */
  readonly requests?: number;
  /** Where the state lives that it reads or writes. */
  readonly storage: string;
  /** Which Worker the clients call, if not the main one. */
  readonly target?: string;
  /** Left out of a full run for time alone, which has to end within the hour. */
  readonly isExtra?: true;
  /** A part that is nothing but a hash, which sign-ins are compared without. */
  readonly isHash?: true;
  /** Makes what the clients need, outside the measurement, and proves the server right. */
  readonly actors: (running: Running, count: number) => Promise<Actor[]>;
};

export const operation = (
  described: Omit<Operation, "actors">,
  actors: Operation["actors"],
): Operation => ({ ...described, actors });

export type Server = {
  readonly name: string;
  readonly runtime: "workerd" | "Node";
  /** @param directory for its files, empty and its own */
  launch(directory: string, bundles: Bundles): Launch | Promise<Launch>;
  readonly operations: readonly Operation[];
};
