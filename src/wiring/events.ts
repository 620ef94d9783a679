import { SYSTEM } from "../domain/access/actor.ts";
import { type SendEventMailDeps, sendEventMail } from "../use-cases/accounts/send-event-mail.ts";
import { type BuryDeps, buryMessage } from "../use-cases/events/bury-message.ts";
import { type DeliverEventsDeps, deliverEvents } from "../use-cases/events/deliver-events.ts";
import { type FinishErasuresDeps, finishErasures } from "../use-cases/events/finish-erasures.ts";
import { type ListEventsDeps, listEvents } from "../use-cases/events/list-events.ts";
import { listOwnEvents } from "../use-cases/events/list-own-events.ts";
import type { EventMessage } from "../use-cases/events/ports.ts";
import { type PurgeDeps, purgeEvents } from "../use-cases/events/purge-events.ts";
import { type SendDeps, sendRecordEvents } from "../use-cases/events/send-record-events.ts";
import { bind } from "./bind.ts";

type EventDeps = BuryDeps &
  Omit<DeliverEventsDeps, "sendEventMail"> &
  FinishErasuresDeps &
  ListEventsDeps &
  PurgeDeps &
  SendDeps &
  SendEventMailDeps;

export function wireEvents(deps: EventDeps) {
  const parts = {
    ...deps,
    sendEventMail: (message: EventMessage) => sendEventMail(deps, SYSTEM, message),
  };
  return bind(parts, {
    buryMessage,
    deliverEvents,
    finishErasures,
    listEvents,
    listOwnEvents,
    purgeEvents,
    sendRecordEvents,
  });
}
