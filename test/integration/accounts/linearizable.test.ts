import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { explainAll, findUnexplained, PATIENCE } from "../../support/explored.ts";
import { userModel } from "../../support/model-user.ts";
import { PLANTED } from "../../support/planted.ts";
import { userHistories } from "../../support/user-exploration.ts";
import { anAdministrator } from "../../support/user-histories.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  // Beside whom nobody who is promoted is the last one.
  await anAdministrator();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("MOD-01 what many clients at once hear from one user's object", () => {
  it.each(["its copy", "the row"] as const)(
    "that decides by %s is what it would say to one call at a time",
    (reads) => explainAll(userHistories(reads)),
    PATIENCE,
  );

  it.each(Object.entries(PLANTED))(
    "is told from %s",
    async (_, { plant, histories }) => {
      plant();
      await findUnexplained(histories);
    },
    PATIENCE,
  );

  it(
    "is told from a model that trusts its copy, where it reads the row",
    async () => {
      const mistaken = { ...userHistories("the row"), modelOf: () => userModel("its copy") };
      await findUnexplained(mistaken);
    },
    PATIENCE,
  );
});
