import * as z from "zod";
import { err, ok } from "../../src/domain/result.ts";
import { type Output, objectIn } from "../wrangler.ts";
import type { Installation } from "./installation.ts";
import { failure, type Step, unexpected } from "./step.ts";

const deployment = z.object({
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
});

/** Wrangler, where nobody can be asked, would give everybody the new code and say nothing. */
export const lookForRollout = ({ environment }: Installation): Step => ({
  title: "Look whether no gradual rollout is under way",
  command: null,
  isNeeded(wrangler) {
    const args = ["deployments", "status", "--json", "--env", environment];
    const output = wrangler(args);
    if (output.status !== 0) return isNew(output) ? ok(false) : err(failure(args, output));
    const read = deployment.safeParse(objectIn(output.stdout));
    if (!read.success) return err(unexpected(args, output));
    const { versions } = read.data;
    if (versions.length < 2) return ok(false);
    const shares = versions.map(({ version_id, percentage }) => `${version_id}@${percentage}%`);
    return err(
      `${shares.join(" and ")} share the requests. Finish that first:\nnpx wrangler versions deploy <version>@100% --env ${environment}`,
    );
  },
});

/** Whether the Worker is not there yet (codes as in wrangler), or was never deployed. */
const isNew = ({ stdout, stderr }: Output): boolean =>
  /\[code: 100(?:07|90)\]|The Worker \S+ has no deployments\./.test(stdout + stderr);
