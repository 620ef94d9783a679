/**
 * A small API that leaves identity to auth-service: each route says what it needs, and how old
 * the knowledge of revocation may be. Orders live in the memory of an isolate: it is an example.
 */
import { type AuthBinding, requireAuth } from "auth-service/client";
import { Hono } from "hono";

type Env = { Bindings: { AUTH: AuthBinding } };
type Order = { readonly id: string; readonly owner: string };

const orders = new Map<string, Order>();

const app = new Hono<Env>()
  .get("/", (c) => c.json({ service: "orders" }))

  // Reading: signature and claims will do.
  .get("/orders", requireAuth(), (c) => {
    const mine = [...orders.values()].filter((order) => order.owner === c.var.auth.sub);
    return c.json({ orders: mine });
  })

  // Writing: whoever was signed out or lost the permission may go on for ten seconds.
  .post("/orders", requireAuth({ permission: "orders:write", maxStaleness: 10 }), (c) => {
    const order = { id: crypto.randomUUID(), owner: c.var.auth.sub };
    orders.set(order.id, order);
    return c.json({ order }, 201);
  })

  // What cannot be undone: the account itself is asked, now.
  .delete("/orders/:id", requireAuth({ permission: "orders:delete", maxStaleness: 0 }), (c) => {
    const deleted = orders.delete(c.req.param("id"));
    return deleted ? c.body(null, 204) : c.json({ code: "not_found" }, 404);
  })

  // All of it at once: two factors, the last of them shown within five minutes.
  .delete(
    "/orders",
    requireAuth({ permission: "orders:delete", acr: "aal2", maxAge: 300 }),
    (c) => {
      orders.clear();
      return c.body(null, 204);
    },
  );

export default app;
