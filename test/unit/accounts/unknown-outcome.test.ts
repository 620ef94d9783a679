import { describe, expect, it } from "vitest";
import type { AccountChange } from "../../../src/domain/accounts/account-change.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import {
  DISABLE,
  MAKE_ADMIN,
  notDone,
  replyLost,
  type Step,
  signedIn,
} from "../../support/scripted-record.ts";

const ENABLE: AccountChange = { kind: "set_status", status: "active" };

/** A user whose disabling became unknown while the object's copy of the row was young. */
async function disabledPerhaps(...becomes: [Step, Step]) {
  const calls = await signedIn();
  await calls.catchUp();
  calls.steps.push(...becomes);
  await expect(calls.change(DISABLE)).rejects.toThrow(Unavailable);
  return calls;
}

describe("a change whose outcome is unknown", () => {
  it("CFW-05 is looked up before a refresh, young as the copy is", async () => {
    const { refresh, sessions } = await disabledPerhaps(replyLost, replyLost);
    expect(await refresh(0)).toEqual({ kind: "refused" });
    expect(await sessions()).toEqual([]);
  });

  it("CFW-05 is looked up before a sign-in that knows what the object knew", async () => {
    const { open, sessions } = await disabledPerhaps(replyLost, replyLost);
    expect(await open()).toEqual({ kind: "stale" });
    expect(await sessions()).toEqual([]);
  });

  it("CFW-05 is fenced off by the next one, though that has nothing to change", async () => {
    const late: (() => unknown)[] = [];
    const onItsWay: Step = (run) => {
      late.push(run);
      return notDone(run);
    };
    const { on, user, change, check } = await disabledPerhaps(onItsWay, onItsWay);
    expect((await change(ENABLE)).kind).toBe("done");
    for (const arrive of late) await arrive();
    expect((await on.read(user.id)).status).toBe("active");
    expect(await check()).toMatchObject({ authority: { status: "active", version: 2 } });
  });
});

it("CFW-11 a change that is asked for again, its answer lost, is answered without D1", async () => {
  const { change, catchUp, everyAnswer } = await signedIn();
  await catchUp();
  const command = { changeId: "one and the same", ifVersion: 1 };
  expect((await change(MAKE_ADMIN, command)).kind).toBe("done");
  everyAnswer(notDone);
  expect((await change(MAKE_ADMIN, command)).kind).toBe("done");
});
