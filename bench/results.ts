import type { Measured } from "./measure/load.ts";
import type { Kind } from "./servers/server.ts";

type Voidable = {
  /** Why rounds were thrown away. */
  readonly voided: readonly string[];
};

/** One visit to one server: its throughput at ten connections, its latency at one. */
export type Round = { readonly throughput: Measured; readonly latency: Measured };

/** One operation of one server, as many rounds as were valid. */
export type Row = Voidable & {
  readonly server: string;
  readonly runtime: "workerd" | "Node";
  readonly operation: string;
  readonly kind: Kind;
  readonly request: string;
  /** HTTP requests an operation. */
  readonly requests: number;
  readonly storage: string;
  readonly rounds: readonly Round[];
};

/** What clients of one kind saw while others did something else. */
export type MixRow = Voidable & {
  /** What the other connections did: `"nothing"`, `"sign-in, noble"` or `"sign-in, node:crypto"`. */
  readonly beside: string;
  /** `"check"`, `"check elsewhere"`, `"refresh"` or `"sign-in"`. */
  readonly operation: string;
  readonly rounds: readonly Measured[];
};

/** One point of a growth curve. */
export type GrowthRow = Voidable & {
  /** What grows. */
  readonly dimension: "users" | "sessions of a user" | "roles of a user" | "permissions of a role";
  readonly size: number;
  /** `"sign-in"`, `"refresh"`, `"verify"` or `"list"`. */
  readonly operation: string;
  readonly rounds: readonly Measured[];
};

/** Milliseconds, one value a start; bytes. */
export type StartUp = Voidable & {
  readonly bundle: number;
  readonly bundleCompressed: number;
  /** From the start of the process to the first reply. */
  readonly firstReply: readonly number[];
  /** The first sign-in of a service that has no signing key yet, and the one after it. */
  readonly firstSignIn: readonly number[];
  readonly secondSignIn: readonly number[];
};

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly workerd: string;
};

export type Figures = {
  readonly rows: readonly Row[];
  readonly onDisk: readonly Row[];
  readonly mix: readonly MixRow[];
  readonly growth: readonly GrowthRow[];
  readonly startUp: StartUp;
};

export const NOTHING: Figures = {
  rows: [],
  onDisk: [],
  mix: [],
  growth: [],
  startUp: {
    bundle: 0,
    bundleCompressed: 0,
    firstReply: [],
    firstSignIn: [],
    secondSignIn: [],
    voided: [],
  },
};

export type Results = Figures & {
  /** RFC 3339. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly protocol: KeptProtocol;
};

/** Seconds before the first operation counts, and seconds that count. */
export type Duration = { readonly warmUp: number; readonly measured: number };

/** How often and how long. */
export type Protocol = Duration & {
  readonly rounds: number;
  readonly connections: number;
  /** The same for the parts that limits are summed from. */
  readonly part: Duration;
  /** Of the bare hashes among them: taken off from sign-ins, they have to be as exact. */
  readonly hash: Duration;
  readonly latency: Duration;
  readonly growth: Duration & { readonly rounds: number };
  /** As many rounds as of all. */
  readonly mix: Duration;
  /** As long as in memory. */
  readonly disk: { readonly rounds: number };
};

/** Files of older runs lack the last ones; their hashes were parts like others. */
type KeptProtocol = Omit<Protocol, Newer> & Partial<Pick<Protocol, Newer>>;
type Newer = "hash" | "mix" | "disk";
