import { endOwnSession } from "../use-cases/sessions/end-own-session.ts";
import { endUserSessions } from "../use-cases/sessions/end-user-sessions.ts";
import { listOwnSessions } from "../use-cases/sessions/list-own-sessions.ts";
import { listUserSessions } from "../use-cases/sessions/list-user-sessions.ts";
import { logout } from "../use-cases/sessions/logout.ts";
import { type RevocationDeps, revokeToken } from "../use-cases/sessions/revoke-token.ts";
import {
  type RefreshDeps,
  rotateRefreshToken,
} from "../use-cases/sessions/rotate-refresh-token.ts";
import { authenticateUser, type SignInDeps } from "../use-cases/sessions/sign-in.ts";
import { type SignInByCodeDeps, signInByCode } from "../use-cases/sessions/sign-in-by-code.ts";
import {
  challengeAnyone,
  type PasskeySignInDeps,
  signInByPasskey,
} from "../use-cases/sessions/sign-in-by-passkey.ts";
import {
  challengeSecondFactor,
  type SecondFactorDeps,
  signInBySecondFactor,
} from "../use-cases/sessions/sign-in-by-second-factor.ts";
import { challengeStepUp, type StepUpDeps, stepUp } from "../use-cases/sessions/step-up.ts";
import { bind } from "./bind.ts";

type SessionDeps = SignInDeps &
  SignInByCodeDeps &
  PasskeySignInDeps &
  SecondFactorDeps &
  StepUpDeps &
  RefreshDeps &
  RevocationDeps;

export const wireSessions = (deps: SessionDeps) =>
  bind(deps, {
    authenticateUser,
    challengeAnyone,
    challengeSecondFactor,
    challengeStepUp,
    endOwnSession,
    endUserSessions,
    listOwnSessions,
    listUserSessions,
    logout,
    rotateRefreshToken,
    revokeToken,
    signInByCode,
    signInByPasskey,
    signInBySecondFactor,
    stepUp,
  });
