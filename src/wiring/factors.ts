import { type ConfirmDeps, confirmTotp } from "../use-cases/accounts/factors/confirm-totp.ts";
import {
  addPasskey,
  beginPasskey,
  type EnrolPasskeyDeps,
} from "../use-cases/accounts/factors/enrol-passkey.ts";
import { type EnrolDeps, enrolTotp } from "../use-cases/accounts/factors/enrol-totp.ts";
import { listOwnFactors, listUserFactors } from "../use-cases/accounts/factors/list-factors.ts";
import { removeOwnFactor } from "../use-cases/accounts/factors/remove-factor.ts";
import { renamePasskey } from "../use-cases/accounts/factors/rename-passkey.ts";
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
export const wireFactors = (
  deps: EnrolDeps & EnrolPasskeyDeps & ConfirmDeps & RenewDeps & ResetFactorsDeps,
) =>
  bind(deps, {
    addPasskey,
    beginPasskey,
    confirmTotp,
    enrolTotp,
    listOwnFactors,
    listUserFactors,
    removeOwnFactor,
    renamePasskey,
    renewRecoveryCodes,
    resetUserFactors,
  });
