import { recordOutboxContract } from "../../contracts/record-outbox.ts";
import { memoryRecordOutbox } from "../../support/fakes/record-outbox.ts";

recordOutboxContract(async () => {
  const outbox = memoryRecordOutbox();
  return { outbox, put: outbox.put, ids: async () => outbox.ids() };
});
