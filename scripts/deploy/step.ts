import type { Result } from "../../src/domain/result.ts";
import type { Output } from "../wrangler.ts";

/** Runs wrangler to its end, and gives it `input` to read. */
export type Wrangler = (args: readonly string[], input?: string) => Output;

/** One thing that a deployment does. Done twice, or after it died in the middle, it does no harm. */
export type Step = {
  /** In the imperative. */
  readonly title: string;
  /** What wrangler is told; null for a step that only looks. */
  readonly command: readonly string[] | null;
  /** It needs neither account nor network, so a dry run does it as well. */
  readonly isLocal?: boolean;
  /** Of what wrangler prints, the lines for the operator. */
  readonly shown?: RegExp;
  /** Asks, and changes nothing at Cloudflare. @returns why the deployment must not go on, if so */
  isNeeded(wrangler: Wrangler): Result<boolean, string>;
  /** Before the command. @returns what it reads from standard input */
  prepare?(wrangler: Wrangler): Result<string, string>;
};

/** For the operator: what was asked, and an answer that has another shape than wrangler's had. */
export const unexpected = (args: readonly string[], { stdout }: Output): string =>
  `wrangler ${args.join(" ")} answered otherwise than expected:\n${stdout}`;

/** For the operator: what was tried, and what wrangler said. */
export const failure = (args: readonly string[], { stdout, stderr }: Output): string =>
  `wrangler ${args.join(" ")} failed.\n${stdout}${stderr}`.trimEnd();
