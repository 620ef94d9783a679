import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../../bindings.ts";
import {
  type AddressedProgram,
  type ProgramJudge,
  programJudge,
} from "../../../use-cases/clients/judge-program.ts";
import { d1ProgramRecord } from "../../d1/clients/program-record.ts";
import { database } from "../../d1/database.ts";
import { inBackground } from "../in-background.ts";
import { outcomeOf } from "../outcome.ts";
import type { FindAnswer, ProgramCalls } from "./service-account-calls.ts";
import { durableProgramStore } from "./service-account-store.ts";

/** One service account's judge over the object's own storage. Nothing is decided here. */
export class ServiceAccountObject extends DurableObject<Env> implements ProgramCalls {
  readonly #judge: ProgramJudge;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#judge = programJudge({
      store: durableProgramStore(ctx.storage),
      record: d1ProgramRecord(database(env.DB)),
      clock: () => Date.now(),
      defer: inBackground,
    });
  }

  find(to: AddressedProgram) {
    const find = async (): Promise<FindAnswer> => {
      const standing = await this.#judge.find(to);
      return standing === null ? { kind: "unknown" } : { kind: "found", standing };
    };
    return outcomeOf(find());
  }

  async noteUse(secretId: string, now: number, since: number) {
    return this.#judge.noteUse(secretId, now, since);
  }

  catchUp(to: AddressedProgram) {
    const catchUp = async () => {
      await this.#judge.catchUp(to);
      return { kind: "done" } as const;
    };
    return outcomeOf(catchUp());
  }
}
