import type { TokenSigner } from "../../../src/use-cases/tokens/ports.ts";

/** Access tokens that are their claims as JSON. */
export const plainSigner: TokenSigner = {
  prepare: async () => async (claims) => JSON.stringify(claims),
};
