import assert from "node:assert/strict";
import { test } from "node:test";
import { post } from "../servers/http.ts";
import { rotation, successorOf } from "../servers/rotation.ts";

const reply = (body: unknown, status = 200) => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: {},
});

const good = { access_token: "a", refresh_token: "new" };

test("a rotation answers with an access token and another refresh token", () => {
  assert.deepEqual(successorOf(reply(good), "old"), good);
});

test("a reply that lacks a token, repeats it, or is no token at all is no rotation", () => {
  const { access_token, refresh_token } = good;
  const bad = {
    "no refresh token": { access_token },
    "an empty refresh token": { access_token, refresh_token: "" },
    "the same refresh token": { access_token, refresh_token: "old" },
    "no access token": { refresh_token },
    "an empty access token": { access_token: "", refresh_token },
    "numbers for tokens": { access_token: 1, refresh_token: 2 },
    "no object": null,
    "no JSON": "<html>",
  };
  for (const [name, body] of Object.entries(bad)) {
    assert.equal(successorOf(reply(body), "old"), null, name);
  }
  assert.equal(successorOf(reply(good, 201), "old"), null, "another status");
});

test("a client presents what it was last given, and its sessions take turns", () => {
  const actor = rotation((token) => post("/", token), ["one", "two"]);
  const sent: unknown[] = [];
  for (const refresh_token of ["three", "four", "five"]) {
    sent.push(JSON.parse(actor.next().body ?? ""));
    assert.equal(actor.judge(reply({ ...good, refresh_token })), "done");
  }
  assert.deepEqual(sent, ["one", "two", "three"]);
});

test("a server may be held to more than the rest", () => {
  const isJwt = ({ access_token }: { access_token: string }) => access_token.startsWith("ey");
  const actor = rotation((token) => post("/", token), ["one"], isJwt);
  actor.next();
  assert.equal(actor.judge(reply(good)), "unexpected");
});
