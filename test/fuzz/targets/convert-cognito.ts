import type { FuzzTarget } from "../engine/corpus.ts";
import { exportSamples, holdsOfExport } from "../support/exports.ts";

/** An export as a whole is read or refused; of each user there is a line that imports, or a note. */
export const target: FuzzTarget = {
  seeds: exportSamples("cognito", ["cognito.csv"]),
  maxLength: 1_500,
  holds: (input) => holdsOfExport("cognito", input),
};
