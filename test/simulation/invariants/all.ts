import { allAgree } from "./all-agree.ts";
import { endedStaysEnded } from "./ended-stays-ended.ts";
import { erased } from "./erased.ts";
import { eventsTold } from "./events-told.ts";
import { exportsWhole } from "./exports-whole.ts";
import { freshAsAsked } from "./fresh-as-asked.ts";
import { goodTokensVerify } from "./good-tokens-verify.ts";
import { grantsInTime } from "./grants-in-time.ts";
import type { Invariant } from "./invariant.ts";
import { keysInTime } from "./keys-in-time.ts";
import { mails } from "./mails.ts";
import { neverSignedOut } from "./never-signed-out.ts";
import { noExceptions } from "./no-exceptions.ts";
import { oneSuccessor } from "./one-successor.ts";
import { passwordsCount } from "./passwords-count.ts";
import { programs } from "./programs.ts";
import { reuseNoticed } from "./reuse-noticed.ts";
import { revokedKeys } from "./revoked-keys.ts";
import { rightsAsGranted } from "./rights-as-granted.ts";
import {
  assuranceShown,
  codesTakenOnce,
  copiesNoticed,
  lostFactorsGone,
  secondFactorAsked,
} from "./second-factor.ts";
import { triesLimited } from "./tries-limited.ts";

/** All that is asked of every history. */
export const INVARIANTS: readonly Invariant[] = [
  noExceptions,
  oneSuccessor,
  reuseNoticed,
  endedStaysEnded,
  neverSignedOut,
  rightsAsGranted,
  passwordsCount,
  goodTokensVerify,
  keysInTime,
  revokedKeys,
  grantsInTime,
  freshAsAsked,
  allAgree,
  eventsTold,
  erased,
  exportsWhole,
  triesLimited,
  mails,
  programs,
  secondFactorAsked,
  codesTakenOnce,
  assuranceShown,
  copiesNoticed,
  lostFactorsGone,
];
