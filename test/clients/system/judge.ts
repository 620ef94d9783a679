import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "../../support/dev-server.ts";
import type { Service } from "../support/service.ts";
import { badTokens } from "../support/tokens.ts";
import type { Door, Software, Verdict } from "./software.ts";

/** Milliseconds. */
const SOON = 5_000;

export type Row = { readonly what: string; readonly is: string; readonly isRight: boolean };

const inWords = (verdict: Verdict): string =>
  verdict.kind === "accepted"
    ? `accepted as ${verdict.subject}`
    : `${verdict.kind} (${verdict.how})`;

/** Shows a door everything. */
async function judge(door: Door, service: Service): Promise<Row[]> {
  const rows: Row[] = [];
  const expect = async (what: string, token: string, wanted: string) => {
    const is = inWords(await door.show(token));
    rows.push({ what, is, isRight: is.startsWith(wanted) });
  };
  const { person, program } = service;
  const { access_token: token } = await service.signIn();
  await expect("a person's token", token, `accepted as ${door.names?.person ?? person.id}`);
  if (door.names?.program !== null) {
    await expect("a program's token", await service.programToken(), `accepted as ${program.id}`);
  }
  for (const [what, bad] of Object.entries(await badTokens(service))) {
    await expect(what, bad, "refused");
  }
  for (const { what, wanted, ask } of door.checks ?? []) {
    const is = await ask();
    rows.push({ what, is, isRight: is === wanted });
  }
  return rows;
}

/** What asks the service sees that a session has ended, soon: some keep an answer for a second. */
async function endedSession(door: Door, service: Service): Promise<Row> {
  const what = "a token whose session has ended";
  const { access_token: token } = await service.signIn();
  const before = await door.show(token);
  if (before.kind !== "accepted") return { what, is: inWords(before), isRight: false };
  await service.signOut(token);
  const refused = async () => (await door.show(token)).kind === "refused";
  await until(refused, SOON).catch(() => undefined);
  const after = await door.show(token);
  return { what, is: inWords(after), isRight: after.kind === "refused" };
}

/** Who cannot ask lets nobody through, in whatever words. */
async function outage(door: Door, service: Service): Promise<Row> {
  const { access_token: token } = await service.signIn();
  const verdict = await door.show(token);
  const what = "a good token while the service is down";
  return { what, is: inWords(verdict), isRight: verdict.kind !== "accepted" };
}

type Judge = (door: Door, service: Service) => Promise<Row | Row[]>;

/** @param issuer where the software is told that the service is */
async function withDoor(
  software: Software,
  service: Service,
  issuer: string,
  judges: readonly Judge[],
): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), "auth-clients-"));
  chmodSync(directory, 0o755); // servers that were started by root give it up
  try {
    const door = await software.start({ ...service, issuer }, directory);
    try {
      const rows: Row[] = [];
      for (const each of judges) rows.push(...[await each(door, service)].flat());
      return rows;
    } finally {
      await door.close();
    }
  } catch (error) {
    return [{ what: "start", is: String(error), isRight: false }];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Shows everything to the software, and what it says of each. */
export async function tryOut(software: Software, service: Service): Promise<Row[]> {
  if (!software.asks) return withDoor(software, service, service.issuer, [judge]);
  return [
    ...(await withDoor(software, service, service.issuer, [judge, endedSession])),
    ...(await withDoor(software, service, `http://localhost:${await freePort()}`, [outage])),
  ];
}
