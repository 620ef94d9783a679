import { type Listening, listen } from "../support/servers.ts";
import type { Service } from "../support/service.ts";
import type { Check, Verdict } from "./software.ts";

/** The address that stands in the document for what a proxy protects. */
export const BACKEND = "127.0.0.1:3000";

/** Where a page says whom the server took the caller for. */
export const TAKEN_FOR = "x-taken-for";

/** What a proxy tells of the caller, and no caller may tell of themselves. */
const TOLD = ["x-auth-subject", "x-auth-session", "x-auth-roles", "x-auth-permissions"];

/** An application behind a proxy, which believes what the proxy says of the caller. */
export const application = (): Promise<Listening> =>
  listen(({ headers }, response) => {
    const told = TOLD.map((name) => headers[name]).filter((value) => value !== undefined);
    response.setHeader(TAKEN_FOR, told.join(" "));
    response.end();
  });

export const hostOf = ({ origin }: Listening): string => new URL(origin).host;

/** Shows a token to a web server. Who also says who they are is not to be believed. */
export async function showTo(url: string, token: string | null): Promise<Verdict> {
  const headers = new Headers(TOLD.map((name) => [name, "somebody-else"]));
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(url, { headers, redirect: "manual" });
  await response.body?.cancel();
  if (response.status === 200) {
    return { kind: "accepted", subject: response.headers.get(TAKEN_FOR) ?? "nobody" };
  }
  const how = String(response.status);
  return response.status === 401 ? { kind: "refused", how } : { kind: "broken", how };
}

/** In one line, for a check. */
export const inBrief = (verdict: Verdict): string =>
  verdict.kind === "accepted" ? verdict.subject : verdict.how;

/** Whoever shows nothing is asked for a token. */
export const nobody = (url: string): Check => ({
  what: "nobody's request",
  wanted: "401",
  ask: async () => inBrief(await showTo(url, null)),
});

/** The application behind a proxy knows who calls, from nobody but the service. */
export async function told(url: string, service: Service): Promise<Check[]> {
  const { person, program } = service;
  const { access_token: token, session_id: session } = await service.signIn();
  const programs = await service.programToken();
  return [
    {
      what: "what the application is told of a person",
      wanted: `${person.id} ${session} clerk,user orders:read`,
      ask: async () => inBrief(await showTo(url, token)),
    },
    {
      what: "what the application is told of a program",
      wanted: `${program.id} clerk orders:read`,
      ask: async () => inBrief(await showTo(url, programs)),
    },
  ];
}
