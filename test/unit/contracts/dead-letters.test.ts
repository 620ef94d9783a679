import { deadLettersContract } from "../../contracts/dead-letters.ts";
import { memoryDeadLetters } from "../../support/fakes/dead-letters.ts";
import { someUserId } from "../../support/samples.ts";

deadLettersContract(async () => {
  const letters = memoryDeadLetters();
  const kept = async () =>
    Object.fromEntries(letters.all().map(({ id, message }) => [id, message]));
  return { letters, kept, somebody: async () => someUserId() };
});
