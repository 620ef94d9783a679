import type { Exploration } from "./explored.ts";
import { type UserCall, userModel } from "./model-user.ts";
import type { ModelUser } from "./model-user-account.ts";
import { playUserPlan } from "./user-histories.ts";
import { type UserPlan, userPlan } from "./user-plans.ts";

/** @param reads whether the object reads the row before each decision, or trusts what it knows */
export const userHistories = (
  reads: UserPlan["reads"],
): Exploration<UserPlan, ModelUser, UserCall> => ({
  plans: userPlan(reads),
  play: async (plan) => (await playUserPlan(plan)).operations,
  modelOf: () => userModel(reads),
});
