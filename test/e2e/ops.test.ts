import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { copyProject, type ProjectCopy } from "../support/dev-server.ts";
import { localDatabases } from "../support/local-database.ts";
import { runScript } from "../support/scripts.ts";

/* The command as a process, on local databases. What it says is tried in test/unit/scripts. */

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject(inject("migratedState"));
});

afterAll(() => project.remove());

const ops = (...args: string[]) => runScript(project.directory, "ops", args);

it("ops shows the service, ends with 0 where nothing wants a look, and with 1 where something does", async () => {
  const well = await ops();
  expect(well.output).toMatch(/^Signing keys$[\s\S]*^Last events$[\s\S]*^Queue$/m);
  expect(well).toMatchObject({ code: 0, output: expect.stringContaining("Nothing wants a look.") });
  localDatabases(project.directory).change(
    "dead_letters",
    "insert into dead_letters (id, message, died_at, reason) values ('a', '{}', 1, 'malformed')",
  );
  expect(await ops("--events", "3")).toMatchObject({
    code: 1,
    output: expect.stringContaining("Look: 1 dead letters"),
  });
});

it("ops ends with 2 where it cannot look, also for an option that is misspelt", async () => {
  expect(await ops("--env", "nowhere")).toMatchObject({ code: 2 });
  expect(await ops("--event", "3")).toMatchObject({
    code: 2,
    output: expect.stringContaining("--event"),
  });
  expect(await ops("--events", "many")).toMatchObject({
    code: 2,
    output: expect.stringContaining("--events must be a whole number"),
  });
});
