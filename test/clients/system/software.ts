import type { Service } from "../support/service.ts";

/** What a door made of a token. "broken" is neither: an error where a refusal belongs. */
export type Verdict =
  | { readonly kind: "accepted"; readonly subject: string }
  | { readonly kind: "refused"; readonly how: string }
  | { readonly kind: "broken"; readonly how: string };

/** A question beyond those that every door is asked. */
export type Check = {
  readonly what: string;
  readonly wanted: string;
  ask(): Promise<string>;
};

/** The software, started, with the snippet of the document. */
export type Door = {
  /** As whom it knows the person, unless by the subject; null where it is not for programs. */
  readonly names?: { readonly person: string; readonly program: null };
  show(token: string): Promise<Verdict>;
  readonly checks?: readonly Check[];
  close(): Promise<void>;
};

/** Software that strangers install, by its Debian packages. */
export type Software = {
  readonly name: string;
  /** A file of each package that is needed: what is not there is not installed. */
  readonly packages: Readonly<Record<string, string>>;
  readonly needsRoot?: boolean;
  /** True where it asks the service about each token: an ended session is refused here too. */
  readonly asks: boolean;
  /** A command that prints its version. */
  readonly version: readonly [string, ...string[]];
  /** @param directory a folder of its own, which vanishes afterwards */
  start(service: Service, directory: string): Promise<Door>;
};
