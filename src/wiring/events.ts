import { type BuryDeps, buryMessage } from "../use-cases/events/bury-message.ts";
import { type FinishErasuresDeps, finishErasures } from "../use-cases/events/finish-erasures.ts";
import { type ListEventsDeps, listEvents } from "../use-cases/events/list-events.ts";
import { listOwnEvents } from "../use-cases/events/list-own-events.ts";
import { type PurgeDeps, purgeEvents } from "../use-cases/events/purge-events.ts";
import { type SendDeps, sendRecordEvents } from "../use-cases/events/send-record-events.ts";
import {
  confirmEvents,
  type StoreEventsDeps,
  storeEvents,
} from "../use-cases/events/store-events.ts";
import { bind } from "./bind.ts";

type EventDeps = BuryDeps &
  FinishErasuresDeps &
  ListEventsDeps &
  PurgeDeps &
  SendDeps &
  StoreEventsDeps;

export const wireEvents = (deps: EventDeps) =>
  bind(deps, {
    buryMessage,
    finishErasures,
    confirmEvents,
    listEvents,
    listOwnEvents,
    purgeEvents,
    sendRecordEvents,
    storeEvents,
  });
