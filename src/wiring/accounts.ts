import { type ChangePasswordDeps, changePassword } from "../use-cases/accounts/change-password.ts";
import {
  type CreateManagedUserDeps,
  createManagedUser,
} from "../use-cases/accounts/create-managed-user.ts";
import { deleteOwnAccount } from "../use-cases/accounts/delete-own-account.ts";
import { deleteUser } from "../use-cases/accounts/delete-user.ts";
import {
  type ExportDeps,
  exportOwnAccount,
  exportUser,
} from "../use-cases/accounts/export-user.ts";
import { findUser } from "../use-cases/accounts/find-user.ts";
import { listUsers } from "../use-cases/accounts/list-users.ts";
import { type RegisterUserDeps, registerUser } from "../use-cases/accounts/register-user.ts";
import { renameOwnAccount } from "../use-cases/accounts/rename-own-account.ts";
import { setUserRole } from "../use-cases/accounts/set-user-role.ts";
import { type UpdateUserDeps, updateUser } from "../use-cases/accounts/update-user.ts";
import { type WorkOffDeps, workOffChangeFeed } from "../use-cases/accounts/work-off-change-feed.ts";
import { bind } from "./bind.ts";

type AccountDeps = WorkOffDeps &
  ChangePasswordDeps &
  CreateManagedUserDeps &
  ExportDeps &
  RegisterUserDeps &
  UpdateUserDeps;

export const wireAccounts = (deps: AccountDeps) =>
  bind(deps, {
    workOffChangeFeed,
    changePassword,
    createManagedUser,
    deleteOwnAccount,
    deleteUser,
    exportOwnAccount,
    exportUser,
    findUser,
    listUsers,
    registerUser,
    renameOwnAccount,
    setUserRole,
    updateUser,
  });
