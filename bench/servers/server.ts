import type { Actor } from "../measure/load.ts";

/** A Worker as Miniflare starts it. The rest of its options go there as they are. */
export type WorkerSpecification = {
  readonly name: string;
  /** The bundle's file. */
  readonly script: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: string[];
  readonly bindings?: Record<string, string>;
  readonly d1Databases?: Record<string, string>;
  readonly kvNamespaces?: Record<string, string>;
  readonly durableObjects?: Record<string, { className: string; useSQLite: boolean }>;
  readonly ratelimits?: Record<string, { namespace_id: string; simple: { limit: number } }>;
  readonly serviceBindings?: Record<string, string | { name: string; entrypoint: string }>;
};

type Seed = {
  readonly worker: string;
  readonly binding: string;
  /** One SQL statement each. */
  readonly statements: readonly string[];
};

export type WorkerdSpecification = {
  /** The directory of D1's, KV's and the objects' files. */
  readonly persist: string;
  readonly workers: readonly WorkerSpecification[];
  readonly seed: readonly Seed[];
};

/** Bundles by the name of their Worker's file. */
export type Bundles = ReadonlyMap<string, string>;

/** How a server is started: Workers on the runtime, or a program of Node's. */
export type Launch =
  | { readonly kind: "workerd"; readonly specification: WorkerdSpecification }
  | { readonly kind: "node"; readonly script: string; readonly args: readonly string[] };

/** A server that answers. */
export type Running = {
  readonly pid: number;
  /** By Worker; a program of Node's has one, `"main"`. */
  readonly origins: Readonly<Record<string, string>>;
};

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
  /** HTTP requests that one operation takes. */
  readonly requests: number;
  /** Where the state lives that it reads or writes. */
  readonly storage: string;
  /** Which Worker, or `"main"`, the clients call. */
  readonly target: string;
  /** A part that is nothing but a hash, which sign-ins are compared without. */
  readonly isHash?: true;
  /** Makes what the clients need, outside the measurement, and proves the server right. */
  actors(running: Running, count: number): Promise<Actor[]>;
};

export type Server = {
  readonly name: string;
  readonly runtime: "workerd" | "Node";
  /** @param directory for its files, empty and its own */
  launch(directory: string, bundles: Bundles): Launch;
  readonly operations: readonly Operation[];
};
