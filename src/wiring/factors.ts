import { type ConfirmDeps, confirmTotp } from "../use-cases/accounts/factors/confirm-totp.ts";
import { type EnrolDeps, enrolTotp } from "../use-cases/accounts/factors/enrol-totp.ts";
import { listOwnFactors, listUserFactors } from "../use-cases/accounts/factors/list-factors.ts";
import { removeOwnFactor } from "../use-cases/accounts/factors/remove-factor.ts";
import {
  type RenewDeps,
  renewRecoveryCodes,
} from "../use-cases/accounts/factors/renew-recovery-codes.ts";
import {
  type ResetFactorsDeps,
  resetUserFactors,
} from "../use-cases/accounts/factors/reset-user-factors.ts";
import { bind } from "./bind.ts";

/** Second factors, of one's own account and of others. */
export const wireFactors = (deps: EnrolDeps & ConfirmDeps & RenewDeps & ResetFactorsDeps) =>
  bind(deps, {
    confirmTotp,
    enrolTotp,
    listOwnFactors,
    listUserFactors,
    removeOwnFactor,
    renewRecoveryCodes,
    resetUserFactors,
  });
