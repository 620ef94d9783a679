import { type Proved, proved } from "../assurance.ts";

/** What a session was opened with, which its tokens say for as long as it lives. */
export type OpenedWith = Proved & {
  /** The client that its tokens are issued to. */
  readonly clientId: string;
  /** Whom its access tokens are for; null for whichever audience is configured. */
  readonly audience: string | null;
};

export const openedByPassword = (clientId: string, authTime: number): OpenedWith => ({
  ...proved("pwd", authTime),
  clientId,
  audience: null,
});
