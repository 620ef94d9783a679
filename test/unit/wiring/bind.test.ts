import { describe, expect, it } from "vitest";
import { type Actor, ANYONE, type Person } from "../../../src/domain/access/actor.ts";
import { ok } from "../../../src/domain/result.ts";
import { bind } from "../../../src/wiring/bind.ts";
import { somePerson, someUserId } from "../../support/samples.ts";

const greet = async (deps: { readonly word: string }, actor: Actor, name: string) =>
  ok(`${deps.word} ${name}, says ${actor.id}`);
const whose = async (_: object, actor: Person) => ok(actor.userId);
const nobodys = async (deps: { readonly word: string }) => ok(deps.word);

const cases = bind({ word: "Hello" }, { greet, whose, nobodys });

describe("use cases as a route has them", () => {
  it("know what they work with, and are told who acts and what is wanted", async () => {
    expect(await cases.greet(ANYONE, "Ada")).toEqual({
      ok: true,
      value: "Hello Ada, says anyone",
    });
    const userId = someUserId();
    expect(await cases.whose(somePerson(userId))).toEqual({ ok: true, value: userId });
  });

  it("show nothing of what they work with", () => {
    expect(Object.keys(cases)).toEqual(["greet", "whose", "nobodys"]);
    expect(JSON.stringify(cases)).toBe("{}");
  });

  it("cannot be called where no actor is named to them, nor by another than they are for", () => {
    type IsCallable<Case> = [Case] extends [never] ? false : true;
    const withActor: IsCallable<typeof cases.greet> = true;
    const without: IsCallable<typeof cases.nobodys> = false;
    type Takes<Case, Who> = Case extends (actor: infer Wanted, ...rest: never[]) => unknown
      ? Who extends Wanted
        ? true
        : false
      : false;
    const byAnyone: Takes<typeof cases.whose, Actor> = false;
    const byPerson: Takes<typeof cases.whose, Person> = true;
    expect([withActor, without, byAnyone, byPerson]).toEqual([true, false, false, true]);
  });
});
