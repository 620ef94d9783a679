import { serviceAccountIdOf } from "../../src/domain/ids.ts";
import type { NewClientSecret, NewServiceAccount } from "../../src/use-cases/clients/ports.ts";
import { someActor, someId } from "./samples.ts";

export const NOW = Date.UTC(2026, 0, 1);

const SOMEBODY = someActor("*");

export const REPORTER = { name: "reporter", description: "", permissions: ["reports:read"] };
export const USER_ROLE = { name: "user", description: "", permissions: [] };

/** @param name whoever made it */
export const someSecret = (
  name: string | null = null,
  had: readonly string[] | null = null,
): NewClientSecret => ({ id: someId(), hash: someId(), maker: { name, had } });

export const someAccount = (given: Partial<NewServiceAccount> = {}): NewServiceAccount => ({
  actor: SOMEBODY,
  id: serviceAccountIdOf(someId()),
  name: "Nightly report",
  roles: [],
  secret: someSecret(),
  now: NOW,
  ...given,
});

/** A change that raises nobody. */
export const decidedOn = (version: number, now = NOW) => ({
  actor: SOMEBODY,
  now,
  version,
  raise: null,
});
