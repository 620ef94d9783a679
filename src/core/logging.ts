import type { Actor } from "../domain/access/actor.ts";
import type { ServiceAccountId, UserId } from "../domain/ids.ts";
import type { MailPurpose } from "../use-cases/accounts/mail.ts";
import type { Notice, Notify } from "../use-cases/events/ports.ts";
import type { RequestLine } from "./telemetry/request-line.ts";

/**
 * One JSON object a line. The type says what may be logged: ids, codes, counts and places in the
 * code; it has no field for a token, a password, a hash or an address.
 */
export type LogEvent =
  | Notice
  | RequestLine
  | { readonly event: "misconfigured"; readonly problems: readonly string[] }
  | {
      readonly event: "admin_call";
      readonly caller: string;
      readonly method: string;
      /** The id acted upon, where there is one. */
      readonly target: string | null;
      readonly outcome: string;
    }
  | {
      readonly event: "accounts_caught_up" | "service_accounts_caught_up";
      readonly caughtUp: number;
      readonly failed: number;
      /** Some are left for the next run. */
      readonly isMore: boolean;
    }
  | ({ readonly event: "account_not_caught_up"; readonly userId: UserId } & ErrorDetails)
  | ({
      readonly event: "service_account_not_caught_up";
      readonly serviceAccountId: ServiceAccountId;
    } & ErrorDetails)
  | {
      /** A 403 `forbidden`: a route, as it is declared, of whoever asked for it. */
      readonly event: "access_refused";
      readonly requestId: string;
      readonly method: string;
      readonly route: string;
      readonly actor: Pick<Actor, "kind" | "id">;
    }
  | ({ readonly event: "request_failed"; readonly requestId: string } & ErrorDetails)
  | ({
      readonly event: "dependency_failed";
      /** None in a Durable Object, which knows no request. */
      readonly requestId?: string;
      readonly dependency: string;
    } & ErrorDetails)
  | ({ readonly event: "message_not_delivered"; readonly attempts: number } & ErrorDetails)
  | ({
      readonly event:
        | "deferred_work_failed"
        | "cron_failed"
        | "breach_check_failed"
        | "passkey_refused";
    } & ErrorDetails)
  | { readonly event: "breach_check_failed"; readonly status: number }
  | {
      readonly event: "mail_failed" | "mail_refused";
      readonly purpose: MailPurpose;
      /** A status, or a code of the provider. */
      readonly reason: string;
    };

export type Log = {
  info(event: LogEvent): void;
  warn(event: LogEvent): void;
  error(event: LogEvent): void;
};

export const consoleLog: Log = {
  info: (event) => console.log(JSON.stringify({ level: "info", ...event })),
  warn: (event) => console.warn(JSON.stringify({ level: "warn", ...event })),
  error: (event) => console.error(JSON.stringify({ level: "error", ...event })),
};

type ErrorDetails = {
  readonly error: string;
  readonly cause: string;
  readonly at: string;
  /** What an error of our own is about. */
  readonly code?: string;
  /** The id of a row, or names in the schema. */
  readonly about?: string;
};

/**
 * An exception's kind, what caused it first, and its place in the code. Messages may quote what
 * was sent to us, so they stay out; D1's own name tables and columns, never values.
 */
export function errorDetails(error: unknown): ErrorDetails {
  if (!(error instanceof Error)) return { error: typeof error, cause: "", at: "" };
  const root = rootCause(error);
  return {
    error: error.name,
    cause: sqliteMessage(error) ?? root.name,
    at: placeOf(root),
    ...codeOf(root),
  };
}

/** By name, since an error that came out of a Durable Object has lost its class. */
function codeOf(error: Error): { code?: string; about?: string } {
  if (error.name !== "Impossible" || !("code" in error)) return {};
  const about = "about" in error && typeof error.about === "string" ? { about: error.about } : {};
  return { code: String(error.code), ...about };
}

/** What SQLite said, which names tables and columns but never values. */
function sqliteMessage(error: Error): string | null {
  if (/^D1_ERROR: .*: SQLITE_[A-Z]+$/.test(error.message)) return error.message;
  return error.cause instanceof Error ? sqliteMessage(error.cause) : null;
}

/** The first frame. The message goes first, since its own lines may look like frames. */
function placeOf({ stack = "", message }: Error): string {
  const start = stack.indexOf(message);
  const frames = start < 0 ? [] : stack.slice(start + message.length).split("\n");
  return frames.find((line) => /^\s+at /.test(line))?.trim() ?? "";
}

/** Notices of planned key changes, which are info; every other notice is a warning or an error. */
const ROUTINE: ReadonlySet<string> = new Set<Notice["event"]>([
  "signing_key_created",
  "signing_key_scheduled",
  "signing_key_withdrawn",
  "signing_key_removed",
  "signing_key_rewrapped",
]);

/** Logs a notice, and of its actor the kind and id alone. */
export const notifyLog =
  (log: Log): Notify =>
  ({ actor: { kind, id }, ...happening }) => {
    const notice: Notice = { ...happening, actor: { kind, id } };
    if (notice.event === "row_unreadable") log.error(notice);
    else if (ROUTINE.has(notice.event)) log.info(notice);
    else log.warn(notice);
  };

function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}
