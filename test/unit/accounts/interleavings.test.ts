import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { outcomeOf } from "../../support/port-faults.ts";
import {
  DISABLE,
  held,
  MAKE_ADMIN,
  pause,
  replyLost,
  signedIn,
  UNMAKE_ADMIN,
} from "../../support/scripted-record.ts";

describe("calls that meet in one user's object", () => {
  it("CFW-01 a refresh that read D1 before a disabling does not rotate after it", async () => {
    const { steps, refresh, change, sessions } = await signedIn();
    const reading = held();
    steps.push(reading.step);
    const refreshed = refresh(0);
    await reading.isDone;
    expect((await change(DISABLE)).kind).toBe("done");
    reading.letGo();
    expect(await refreshed).toEqual({ kind: "refused" });
    expect(await sessions()).toEqual([]);
  });

  it("CFW-01 a refresh that read D1 before a role was given grants what is true after it", async () => {
    const { steps, refresh, change } = await signedIn();
    const reading = held();
    steps.push(reading.step);
    const refreshed = refresh(0);
    await reading.isDone;
    expect((await change(MAKE_ADMIN)).kind).toBe("done");
    reading.letGo();
    expect(await refreshed).toMatchObject({
      kind: "rotated",
      grant: { authority: { roles: ["admin", "user"], version: 2 } },
    });
  });

  it("CFW-01 an older reading does not settle a change whose outcome is unknown", async () => {
    const { steps, refresh, change, sessions } = await signedIn();
    const reading = held();
    steps.push(reading.step, replyLost, replyLost);
    const refreshed = refresh(0);
    await reading.isDone;
    await expect(change(DISABLE)).rejects.toThrow(Unavailable);
    reading.letGo();
    expect(await refreshed).toEqual({ kind: "refused" });
    expect(await sessions()).toEqual([]);
  });

  it("CFW-03 what comes while a change is under way waits for it, also with a young copy", async () => {
    const { steps, refresh, open, check, change, catchUp } = await signedIn();
    await catchUp();
    const updating = held();
    steps.push(updating.step);
    const changed = change(DISABLE);
    await updating.isDone;
    let answered = 0;
    const later = [refresh(0), open(), check()].map((call) => call.finally(() => answered++));
    await pause();
    expect(answered).toBe(0);
    updating.letGo();
    expect((await changed).kind).toBe("done");
    expect(await Promise.all(later)).toEqual([{ kind: "refused" }, { kind: "stale" }, null]);
  });

  it("CFW-05 a reading under way is made anew when the object is told of a change", async () => {
    const { steps, refresh, check, changeBehind, catchUp } = await signedIn();
    const [older, newer] = [held(), held()];
    steps.push(older.step, newer.step);
    await changeBehind(MAKE_ADMIN);
    const refreshed = refresh(0);
    await older.isDone;
    await changeBehind(UNMAKE_ADMIN);
    const caughtUp = catchUp();
    await newer.isDone;
    older.letGo();
    expect(await refreshed).toMatchObject({ grant: { authority: { version: 3 } } });
    newer.letGo();
    await caughtUp;
    expect(await check()).toMatchObject({ authority: { roles: ["user"], version: 3 } });
  });

  it("CFW-05 catching up leaves a change that overtook it: the change read the row later", async () => {
    const { steps, change, catchUp, check } = await signedIn();
    steps.push(async (run) => {
      const row = await run();
      await change(MAKE_ADMIN);
      return row;
    });
    await catchUp();
    expect(await check()).toMatchObject({ authority: { roles: ["admin", "user"], version: 2 } });
  });

  it("CFW-05 a first sign-in whose row was read before a change by other hands reads it again", async () => {
    const { on, steps, accounts } = await signedIn();
    const user = await on.create();
    const reading = held();
    steps.push(reading.step);
    const opened = on.open(user);
    await reading.isDone;
    await on.changeBehind(user.id, MAKE_ADMIN);
    await accounts.catchUp(user.id); // nothing is known yet, so nothing is read
    reading.letGo();
    expect(await opened).toEqual({ kind: "stale" });
    expect(await accounts.listSessions(user.id)).toEqual([]);
  });

  it("CFW-01 a first sign-in that read D1 before a disabling opens nothing after it", async () => {
    const { on, steps, accounts } = await signedIn();
    const user = await on.create();
    const reading = held();
    steps.push(reading.step);
    const opened = on.open(user);
    await reading.isDone;
    expect((await on.change(user.id, DISABLE)).kind).toBe("done");
    reading.letGo();
    expect(await opened).toEqual({ kind: "stale" });
    expect(await on.open(await on.read(user.id))).toEqual({ kind: "refused" });
    expect(await accounts.listSessions(user.id)).toEqual([]);
  });

  it("REF-08 in whatever order calls and D1's answers come, no session outlives a disabling", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { on, user, everyAnswer, sessions, ...calls } = await signedIn();
        const inTurn = <T>(work: () => Promise<T>) =>
          scheduler.schedule(Promise.resolve()).then(work);
        everyAnswer(inTurn);
        const disabled = inTurn(() => calls.change(DISABLE));
        const others = [
          inTurn(() => calls.refresh(0)),
          inTurn(() => calls.refresh(0)),
          inTurn(calls.open),
          inTurn(() => calls.change(MAKE_ADMIN)),
          inTurn(() => outcomeOf(calls.catchUp())),
        ];
        await scheduler.waitFor(Promise.all([disabled, ...others]));
        everyAnswer((run) => run());
        expect((await disabled).kind).toBe("done");
        expect((await on.read(user.id)).status).toBe("disabled");
        expect(await sessions()).toEqual([]);
        expect(await calls.refresh(1)).toEqual({ kind: "refused" });
      }),
    );
  });
});
