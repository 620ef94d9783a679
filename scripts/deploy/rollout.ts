import * as z from "zod";
import { err, ok } from "../../src/domain/result.ts";
import type { Installation } from "./installation.ts";
import type { Step } from "./step.ts";

const deployment = z.object({
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
});

/** Wrangler, where nobody can be asked, would give everybody the new code and say nothing. */
export const lookForRollout = ({ environment }: Installation): Step => ({
  title: "Look whether no gradual rollout is under way",
  command: null,
  isNeeded(wrangler) {
    const args = ["deployments", "status", "--json", "--env", environment];
    const { status, stdout } = wrangler(args);
    // So it is for a Worker that is not there yet; what else is wrong, another step meets as well.
    if (status !== 0) return ok(false);
    const { versions } = deployment.parse(JSON.parse(stdout));
    if (versions.length < 2) return ok(false);
    const shares = versions.map(({ version_id, percentage }) => `${version_id}@${percentage}%`);
    return err(
      `${shares.join(" and ")} share the requests. Finish that first:\nnpx wrangler versions deploy <version>@100% --env ${environment}`,
    );
  },
});
