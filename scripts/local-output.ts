import { stripVTControlCharacters } from "node:util";
import * as z from "zod";

/** A request's line in the log (docs/observability.md), as far as it is shown. */
const requestLine = z.object({
  event: z.literal("request"),
  method: z.string(),
  route: z.string(),
  status: z.int().optional(),
  outcome: z.string(),
  duration: z.number(),
  hash: z.number().optional(),
  d1: z.number().optional(),
  object: z.number().optional(),
  sign: z.number().optional(),
});
type RequestLine = z.output<typeof requestLine>;

/** The table that wrangler prints of what every start has alike. */
const BINDINGS = /^Your Worker has access to the following bindings:$/;
const BINDING = /^(?:Binding\s|env\.)/;

/** What is wrong of `npm run dev`, which runs the crons, or what it says itself, as of mail. */
const SAID_ELSEWHERE = [
  /Scheduled Workers are not automatically triggered during local development\.$/,
  /^\s+To manually trigger a scheduled event, run:$/,
  /^\s+curl "http:\S+\/scheduled"$/,
  /^\s+For more details, see \S+#test-cron-triggers-locally$/,
  /^\[wrangler:info\] send_email binding called with the following message:$/,
  /^Email: \S+\.eml$/,
];

/** Wrangler's own line of a request or a batch, which follows the service's. */
const ANSWERED = /^\[wrangler:info\] ([A-Z]+) \S+ (?:(\d{3}) .*|\d+\/\d+ )\(\d+ms\)$/;

const READY = /^\[wrangler:info\] Ready on (\S+)$/;

/**
 * What `wrangler dev` prints, for a person: a request is a short line, and what is the same at every
 * start is left out. Whatever is not known here is shown as it is, warnings and errors among it.
 */
export class LocalOutput {
  readonly #hint: (base: string) => string;
  readonly #clock: () => Date;
  readonly #told = new Map<string, number>();
  #isTable = false;
  #isBlank = false;
  #isHinted = false;

  /** @param hint what stands below the line that says where the service is, the first time */
  constructor(hint: (base: string) => string, clock: () => Date) {
    this.#hint = hint;
    this.#clock = clock;
  }

  /** @returns what is shown of a line: itself, another text, or null for nothing */
  shown(line: string): string | null {
    const plain = stripVTControlCharacters(line).trimEnd();
    if (this.#isLeftOut(plain)) return null;
    const request = requestIn(plain);
    if (request !== null) return this.#tell(request);
    const base = READY.exec(plain)?.[1];
    if (base === undefined || this.#isHinted) return line;
    this.#isHinted = true;
    return `${line}\n${this.#hint(base)}`;
  }

  #isLeftOut(plain: string): boolean {
    const wasBlank = this.#isBlank;
    const isRow = this.#isTable && BINDING.test(plain);
    this.#isTable = isRow || BINDINGS.test(plain);
    if (this.#isTable || SAID_ELSEWHERE.some((one) => one.test(plain))) return true;
    if (this.#wasTold(ANSWERED.exec(plain))) return true;
    this.#isBlank = plain === "";
    return this.#isBlank && wasBlank;
  }

  #tell(request: RequestLine): string | null {
    const key = keyOf(request.method, request.status);
    this.#told.set(key, (this.#told.get(key) ?? 0) + 1);
    return isIdleCron(request) ? null : humanLine(request, this.#clock());
  }

  /** Whether the service told of it; of a static file, or where a var is wrong, it does not. */
  #wasTold(answered: RegExpExecArray | null): boolean {
    if (answered === null) return false;
    const key = keyOf(answered[1], answered[2]);
    const count = this.#told.get(key) ?? 0;
    this.#told.set(key, Math.max(0, count - 1));
    return count > 0;
  }
}

const keyOf = (method = "", status: string | number = ""): string => `${method} ${status}`;

function requestIn(line: string): RequestLine | null {
  if (!line.startsWith("{")) return null;
  try {
    return requestLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Each minute has one. */
const isIdleCron = ({ method, outcome }: RequestLine): boolean =>
  method === "CRON" && outcome === "ok";

/** Such as `12:01:02 POST /v1/auth/login 200 312 ms  hash 280 · d1 12 · object 9`. */
function humanLine(line: RequestLine, now: Date): string {
  const { method, route, status, outcome, duration, hash, d1, object, sign } = line;
  const parts = Object.entries({ hash, d1, object, sign })
    .filter(([, spent]) => spent !== undefined)
    .map(([part, spent]) => `${part} ${spent}`);
  const words = [
    now.toTimeString().slice(0, 8),
    method,
    route,
    ...(status === undefined ? [] : [status]),
    ...(outcome === "ok" ? [] : [outcome]),
    `${duration} ms`,
  ];
  return [words.join(" "), ...(parts.length === 0 ? [] : [parts.join(" · ")])].join("  ");
}

/** What to do first. @param base where the service is */
export const firstSteps = (base: string): string => `
  The API in a browser    ${base}/docs
  Register somebody       curl ${base}/v1/auth/register -H 'content-type: application/json' \\
                            -d '{"email":"you@example.com","password":"four words nobody would guess"}'
  Make an administrator   npm run admin:create -- --email ops@example.com
  The tour                README.md, "Five-minute tour"
`;
