import type { Act } from "./ledger.ts";

/** A sign-in, as its client knows it. */
export type Session = {
  readonly id: string;
  /** The refresh token that its client last had. */
  held: string;
  /** What gave `held`, while `held` was used by nobody: it gives the same again. */
  before: string | null;
  /** A token that was spent longer ago: whoever shows it is a thief. */
  spent: string | null;
  access: string;
  /** What may have ended it, while nobody knows. */
  ending: Act | null;
};

/** A change whose outcome nobody knows yet. */
export type Pending<T> = { readonly act: Act; readonly to: T };

/** What somebody's account is, as far as it was acknowledged. One client at a time changes it. */
export type Person = {
  readonly email: string;
  readonly id: string;
  password: string;
  name: string;
  status: "active" | "disabled";
  holdsRole: boolean;
  readonly pending: {
    password: Pending<string> | null;
    name: Pending<string> | null;
    status: Pending<"active" | "disabled"> | null;
    role: Pending<boolean> | null;
  };
  sessions: Session[];
  /** Sign-ins that were opened though nobody got their tokens, by id. */
  orphans: Set<string>;
  /** Sign-ins of which nobody knows whether they were opened. */
  openings: Act[];
  /** Sign-ins without an answer may count as failed ones, and so lead to a wait. */
  mayWait: boolean;
  /** Links to a new password that were asked for, and acknowledged or not. */
  readonly mails: { asked: number; unknown: number };
  passwordsChanged: number;
};

/** A session that was ended: nothing of it may ever work again. */
export type Ended = { readonly about: string; readonly held: string; readonly access: string };

export const newPerson = (id: string, email: string, password: string): Person => ({
  id,
  email,
  password,
  name: "",
  status: "active",
  holdsRole: false,
  pending: { password: null, name: null, status: null, role: null },
  sessions: [],
  orphans: new Set(),
  openings: [],
  mayWait: false,
  mails: { asked: 0, unknown: 0 },
  passwordsChanged: 0,
});

export const isSettled = ({ pending, sessions }: Person): boolean =>
  Object.values(pending).every((change) => change === null) &&
  sessions.every(({ ending }) => ending === null);
