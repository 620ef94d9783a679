import { MAX_PERMISSIONS_PER_ROLE, MAX_ROLES_PER_PRINCIPAL } from "../src/domain/limits.ts";
import type { Actor } from "./measure/load.ts";
import { type Context, runRounds } from "./measure/rounds.ts";
import type { GrowthRow } from "./results.ts";
import {
  accounts,
  authService,
  emailOf,
  launch,
  rotating,
  signedIn,
  signInExchange,
} from "./servers/auth-service.ts";
import { bearer, expect, get, inTurn, post, repeat } from "./servers/http.ts";
import type { Tokens } from "./servers/rotation.ts";
import { type Operation, originOf, type Running, type Server } from "./servers/server.ts";

/** The account that everything is measured on; the first one is the administrator. */
const PERSON = 1;
const USERS = 1_000;
export const OPERATIONS = ["sign-in", "refresh", "verify", "list"] as const;

/** One size of what grows. Each has a server of its own, so that its tables hold nothing else. */
type Point = {
  readonly size: number;
  /** What D1 holds besides the tables. */
  readonly seed: readonly string[];
  /** Sessions that PERSON has while it is measured. */
  readonly sessions?: number;
};

type Lists = {
  readonly users: readonly unknown[];
  readonly sessions: readonly unknown[];
  readonly user: { readonly roles: readonly unknown[] };
  readonly roles: readonly { readonly permissions: readonly unknown[] }[];
};

type Dimension = {
  readonly name: GrowthRow["dimension"];
  readonly points: readonly Point[];
  /** What lists it, who may, and how long the list is that the reply holds. */
  readonly path: string;
  readonly by: "person" | "administrator";
  readonly length: (body: Lists) => number;
};

/** The last size of each but the first is the service's own limit (docs/configuration.md). */
export const DIMENSIONS: readonly Dimension[] = [
  {
    name: "users",
    points: [1_000, 10_000, 100_000, 1_000_000].map((size) => ({ size, seed: accounts(size) })),
    path: "/v1/users?limit=50",
    by: "administrator",
    length: ({ users }) => users.length,
  },
  {
    name: "sessions of a user",
    points: [1, 10, 100].map((size) => ({ size, seed: accounts(USERS), sessions: size })),
    path: "/v1/auth/sessions",
    by: "person",
    length: ({ sessions }) => sessions.length,
  },
  {
    name: "roles of a user",
    points: [1, 10, MAX_ROLES_PER_PRINCIPAL].map((size) => ({ size, seed: heldRoles(size, 10) })),
    path: "/v1/users/me",
    by: "person",
    length: ({ user }) => user.roles.length,
  },
  {
    name: "permissions of a role",
    points: [1, 10, MAX_PERMISSIONS_PER_ROLE].map((size) => ({ size, seed: heldRoles(1, size) })),
    path: "/v1/roles",
    by: "administrator", // whose token holds one permission, a wildcard, whatever the roles are
    length: ({ roles }) => roles.at(-1)?.permissions.length ?? 0,
  },
];

/**
 * Accounts, and roles that PERSON holds, and nothing else: all grant the same, so that with more
 * roles only the roles are more.
 */
function heldRoles(count: number, granted: number): string[] {
  const person = `(select id from users where email = '${emailOf(PERSON)}')`;
  const series = (rows: number, value: string): string =>
    `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${rows - 1})
     select ${value} from n`;
  return [
    ...accounts(USERS),
    `insert into roles (name) ${series(count, "printf('role-%04d', i)")}`,
    `insert into role_permissions (role, permission)
     select role.name, permission.name
     from (select name from roles where name like 'role-%') role,
       (${series(granted, "printf('resource-%04d:read', i) as name")}) permission`,
    `delete from user_roles where user_id = ${person}`,
    `insert into user_roles (user_id, role)
     select ${person}, name from roles where name like 'role-%'`,
  ];
}

/**
 * How much more an operation costs where there is more of something. One connection, so the
 * figures are somewhat above those of ten.
 */
export async function growth(context: Context, dimensions = DIMENSIONS): Promise<GrowthRow[]> {
  const protocol = { ...context.protocol, ...context.protocol.growth, ...ALONE };
  const grown: GrowthRow[] = [];
  for (const dimension of dimensions) {
    const servers = dimension.points.map((point) => serverOf(dimension, point));
    for (const row of await runRounds(servers, { ...context, protocol }, true)) {
      const { server, operation, voided } = row;
      const size = Number(server.split(": ")[1]);
      const rounds = row.rounds.map(({ throughput }) => throughput);
      grown.push({ dimension: dimension.name, size, operation, rounds, voided });
    }
  }
  return grown;
}

/** So its latency needs no measuring apart. */
const ALONE = { connections: 1, latency: { warmUp: 0, measured: 0 } };

function serverOf(dimension: Dimension, point: Point): Server {
  const about = { kind: "refresh", request: "", storage: "" } as const;
  const one = (
    name: (typeof OPERATIONS)[number],
    target: string,
    actor: (running: Running, person: Tokens) => Actor | Promise<Actor>,
  ): Operation => ({
    ...about,
    name,
    target,
    actors: async (running) => {
      const person = await signedIn(running, PERSON);
      await settle(running, person, point.sessions ?? 1);
      return [await actor(running, person)];
    },
  });
  return {
    ...authService,
    name: `${dimension.name}: ${point.size}`,
    launch: (_, bundles) => launch(bundles, "native", point.seed),
    operations: [
      one("sign-in", "main", () => inAndOut(dimension, point)),
      one("refresh", "main", (_, person) => rotating(person)),
      one("verify", "caller", (_, { access_token }) =>
        repeat(get("/0", bearer(access_token)), 200, "ok"),
      ),
      one("list", "main", (running, person) => listing(dimension, point, running, person)),
    ],
  };
}

/**
 * Every sign-in is followed by its sign-out, or there would be more sessions with every one. That
 * is in the figures, about a hundredth of the hash. Among more users, another one each time.
 */
function inAndOut(dimension: Dimension, { size }: Point): Actor {
  let open: string | null = null;
  const others = dimension.name === "users" ? size - PERSON : 1;
  const someone = () => PERSON + Math.floor(Math.random() * others);
  return {
    next: () =>
      open === null ? signInExchange(someone()) : post("/v1/auth/logout", {}, bearer(open)),
    judge: ({ status, body }) => {
      if (open === null) {
        if (status !== 200) return "unexpected";
        open = (JSON.parse(body) as Tokens).access_token;
        return "more";
      }
      open = null;
      return status === 204 ? "done" : "unexpected";
    },
  };
}

/** @throws Error when the list is not as long as it should be: something else would be measured */
async function listing(
  { name, path, by, length }: Dimension,
  { size }: Point,
  running: Running,
  person: Tokens,
): Promise<Actor> {
  const { access_token } = by === "person" ? person : await signedIn(running, 0);
  const exchange = get(path, bearer(access_token));
  const found = length(JSON.parse((await expect(200, originOf(running), exchange)).body));
  const wanted = name === "users" ? 50 : size;
  if (found !== wanted) throw new Error(`${path}: ${found} instead of ${wanted}`);
  return repeat(exchange, 200);
}

/**
 * Makes PERSON have so many sessions, this one among them. A sign-in that was cut off at the end of
 * its round may have left another, newer one.
 */
async function settle(running: Running, person: Tokens, wanted: number): Promise<void> {
  const headers = bearer(person.access_token);
  const { body } = await expect(200, originOf(running), get("/v1/auth/sessions", headers));
  const { sessions }: { sessions: { id: string }[] } = JSON.parse(body);
  // One by one: the throttle counts tries that have not ended yet, and refuses an eleventh.
  await inTurn(wanted - sessions.length, () => signedIn(running, PERSON));
  const [, claims = ""] = person.access_token.split(".");
  const { sid } = JSON.parse(Buffer.from(claims, "base64url").toString());
  for (const { id } of sessions.filter((session) => session.id !== sid).slice(wanted - 1)) {
    const address = new URL(`/v1/auth/sessions/${id}`, originOf(running));
    const { status } = await fetch(address, { method: "DELETE", headers });
    if (status !== 204) throw new Error(`a session does not end: ${status}`);
  }
}
