/**
 * The service with its hashes computed elsewhere, in each way that was tried (docs/decisions/0024).
 * HASHING says which; what is sent there is the password's digest and the salt.
 */
import { DurableObject, env, WorkerEntrypoint } from "cloudflare:workers";
import { scryptSync } from "node:crypto";
import { scrypt } from "@noble/hashes/scrypt.js";
import { SCRYPT_ENGINES } from "../../src/core/security/passwords.ts";
import type { Cost } from "../../src/core/security/stored-hash.ts";
import service from "../../src/index.ts";

export {
  AuthRpc,
  LoginThrottleObject,
  ServiceAccountObject,
  UserObject,
} from "../../src/index.ts";

type Hashing = "in slices" | "whole" | "native" | "object" | "pool" | "worker" | "process";
type Asked = readonly [password: Uint8Array, salt: Uint8Array, cost: Cost, length: number];

/** The pool's size. */
const OBJECTS = 8;

const whole = (...[password, salt, { ln, r, p }, dkLen]: Asked): Uint8Array =>
  scrypt(password, salt, { N: 1 << ln, r, p, dkLen });

const native = (...[password, salt, { ln, r, p }, length]: Asked): Uint8Array =>
  scryptSync(password, salt, length, { N: 2 ** ln, r, p, maxmem: 2 ** 27 });

export class HashObject extends DurableObject {
  scrypt(...asked: Asked): Uint8Array {
    return native(...asked);
  }
}

export class HashRpc extends WorkerEntrypoint {
  scrypt(...asked: Asked): Uint8Array {
    return native(...asked);
  }
}

type Env = {
  readonly HASHING: Hashing;
  readonly HASHES: DurableObjectNamespace<HashObject>;
  readonly HASHER: Service<HashRpc>;
  /** Of another process. */
  readonly HASHER_ORIGIN: string;
};

const named = ({ HASHES }: Env, name: string) => HASHES.get(HASHES.idFromName(name));

type Sent = {
  readonly key: string;
  readonly by: string;
  readonly cost: Cost;
  readonly length: number;
};

/** Over HTTP, as from machine to machine. */
async function elsewhere(origin: string, [password, salt, cost, length]: Asked) {
  const [key, by] = [password, salt].map((bytes) => Buffer.from(bytes).toString("hex"));
  const body = JSON.stringify({ key, by, cost, length });
  const response = await fetch(`${origin}/scrypt`, { method: "POST", body });
  return new Uint8Array(await response.arrayBuffer());
}

const WAYS: Record<Hashing, (env: Env, asked: Asked) => Uint8Array | Promise<Uint8Array>> = {
  "in slices": (_, asked) => SCRYPT_IN_SLICES(...asked),
  whole: (_, asked) => whole(...asked),
  native: (_, asked) => native(...asked),
  // A person's salt stays the same, so each has an object of their own, as a login name has.
  object: (bound, asked) => named(bound, Buffer.from(asked[1]).toString("hex")).scrypt(...asked),
  pool: (bound, asked) => named(bound, `${Math.floor(Math.random() * OBJECTS)}`).scrypt(...asked),
  worker: ({ HASHER }, asked) => HASHER.scrypt(...asked),
  process: ({ HASHER_ORIGIN }, asked) => elsewhere(HASHER_ORIGIN, asked),
};

const SCRYPT_IN_SLICES = SCRYPT_ENGINES.noble;
const bound = env as unknown as Env;
Object.assign(SCRYPT_ENGINES, { noble: (...asked: Asked) => WAYS[bound.HASHING](bound, asked) });

export default {
  ...service,
  async fetch(request: Request, ...rest: [never, ExecutionContext]) {
    if (new URL(request.url).pathname !== "/scrypt") return service.fetch(request, ...rest);
    const { key, by, cost, length } = await request.json<Sent>();
    const hash = native(Buffer.from(key, "hex"), Buffer.from(by, "hex"), cost, length);
    return new Response(new Uint8Array(hash));
  },
};
