import { PERSON, type Point } from "./growth-points.ts";
import type { Actor } from "./measure/load.ts";
import { originOf, rotating, signedIn, signInExchange } from "./servers/auth-service-operations.ts";
import { bearer, expect, get, post, repeat } from "./servers/http.ts";
import type { Tokens } from "./servers/rotation.ts";
import type { Running } from "./servers/server.ts";

export const OPERATIONS = ["sign-in", "refresh", "verify", "list"] as const;

export type Step = {
  readonly operation: (typeof OPERATIONS)[number];
  /** Which Worker it calls. */
  readonly target: string;
  readonly actor: Actor;
};

/** @param person PERSON's session */
export async function stepsOf(
  running: Running,
  point: Point,
  person: Tokens,
): Promise<{ readonly others: readonly Step[]; readonly last: Step }> {
  const auth = "auth-service";
  const now = repeat(get("/0", bearer(person.access_token)), 200, "ok");
  return {
    others: [
      { operation: "refresh", target: auth, actor: rotating(person) },
      { operation: "verify", target: "caller", actor: now },
      { operation: "list", target: auth, actor: await listing(running, person, point) },
    ],
    // It may leave a session open, which the next visit ends.
    last: { operation: "sign-in", target: auth, actor: inAndOut(point) },
  };
}

/**
 * Every sign-in is followed by its sign-out, or there would be more sessions with every one. That
 * is in the figures, about a hundredth of the hash. Among more users, another one each time.
 */
function inAndOut({ dimension, users }: Point): Actor {
  let open: string | null = null;
  const someone = () =>
    dimension === "users" ? PERSON + Math.floor(Math.random() * (users - PERSON)) : PERSON;
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

type Listing = {
  readonly path: string;
  /** An administrator's token holds one permission, a wildcard, whatever the roles are. */
  readonly by: "person" | "administrator";
  /** How long the list is that the reply holds. */
  readonly length: (body: string) => number;
};

const LISTINGS: Record<Point["dimension"], Listing> = {
  users: {
    path: "/v1/users?limit=50",
    by: "administrator",
    length: (body) => JSON.parse(body).users.length,
  },
  "sessions of a user": {
    path: "/v1/auth/sessions",
    by: "person",
    length: (body) => JSON.parse(body).sessions.length,
  },
  "roles of a user": {
    path: "/v1/users/me",
    by: "person",
    length: (body) => JSON.parse(body).user.roles.length,
  },
  "permissions of a role": {
    path: "/v1/roles",
    by: "administrator",
    length: (body) => JSON.parse(body).roles.at(-1).permissions.length,
  },
};

/** @throws Error when the list is not as long as it should be: something else would be measured */
async function listing(running: Running, person: Tokens, point: Point): Promise<Actor> {
  const { path, by, length } = LISTINGS[point.dimension];
  const { access_token } = by === "person" ? person : await signedIn(running, 0);
  const exchange = get(path, bearer(access_token));
  const { body } = await expect(200, originOf(running), exchange);
  const wanted = point.dimension === "users" ? 50 : point.size;
  if (length(body) !== wanted) throw new Error(`${path}: ${length(body)} instead of ${wanted}`);
  return repeat(exchange, 200);
}
