import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { causeOf, eventOf } from "../../../src/domain/events/event.ts";
import { NOT_DELIVERED } from "../../../src/use-cases/events/bury-message.ts";
import { confirmEvents } from "../../../src/use-cases/events/confirm-events.ts";
import { finishErasures } from "../../../src/use-cases/events/finish-erasures.ts";
import { messageOf } from "../../../src/use-cases/events/message-of.ts";
import { sendRecordEvents } from "../../../src/use-cases/events/send-record-events.ts";
import { storeEvents } from "../../../src/use-cases/events/store-events.ts";
import { someDeletion, someEvent, someMessage } from "../../support/event-samples.ts";
import { someUserId } from "../../support/samples.ts";

/** Ports that write down what they are asked, and answer that there is nothing. */
function silent() {
  const asked: string[] = [];
  const none = <R>(name: string, answer: R) => {
    return async () => {
      asked.push(name);
      return answer;
    };
  };
  const keeper = { confirmEvents: none("confirm", undefined) };
  const deps = {
    audit: { store: none("store", undefined) },
    erasures: { erase: none("erase", 0), unfinished: none("unfinished", []) },
    deadLetters: { erase: none("erase letters", 0), remove: none("remove letters", undefined) },
    recordOutbox: { claim: none("claim", []), remove: none("remove", undefined) },
    eventQueue: { send: none("send", undefined) },
    accounts: keeper,
    throttle: keeper,
    clock: () => 0,
    notify: () => asked.push("notified"),
  };
  return { asked, deps };
}

it("nobody is asked to erase where nobody was deleted", async () => {
  const { asked, deps } = silent();
  await finishErasures(deps, SYSTEM);
  await storeEvents(deps, SYSTEM, [someMessage()]);
  expect(asked).toEqual(["unfinished", "store"]);
  await storeEvents(deps, SYSTEM, [{ event: someDeletion(someUserId()) }]);
  expect(asked.slice(2)).toEqual(["store", "erase letters", "erase"]);
});

it("nobody is told of no event, and an empty outbox is looked into once", async () => {
  const { asked, deps } = silent();
  await confirmEvents(deps, SYSTEM, []);
  expect(asked).toEqual([]);
  await sendRecordEvents(deps, SYSTEM);
  expect(asked).toEqual(["claim"]);
});

it("the newest events leave first and then the oldest; what the outbox keeps is not removed", async () => {
  const { asked, deps } = silent();
  const claims: string[] = [];
  const claim = async (_now: number, _limit: number, from: string) => {
    claims.push(from);
    const message = someMessage();
    return claims.length > 3 ? [] : [{ id: message.event.id, message, isKept: true }];
  };
  await sendRecordEvents({ ...deps, recordOutbox: { ...deps.recordOutbox, claim } }, SYSTEM);
  expect(claims).toEqual(["newest", "oldest", "oldest", "oldest"]);
  expect(asked).toEqual(["send", "send", "send"]);
});

it("an event without a message has no word of one, whoever keeps or sends it", () => {
  const subject = { kind: "user", id: someUserId() } as const;
  const event = eventOf("evt", 7, causeOf(SYSTEM), subject, { type: "user.renamed" });
  expect(Object.keys(event)).not.toContain("mail");
  expect(Object.keys(messageOf(someEvent(), { kind: "record" }))).toEqual(["event", "keeper"]);
});

it("why a message died is what the documentation calls it", () => {
  expect(readFileSync("docs/events.md", "utf8")).toContain(`| \`${NOT_DELIVERED}\` |`);
});
