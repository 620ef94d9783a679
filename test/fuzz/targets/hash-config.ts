import { convertExport, UnreadableExport } from "../../../scripts/convert/exports.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { sampleExport } from "../support/exports.ts";

const users = sampleExport("firebase.json");

/** Firebase's parameters, in whatever shape somebody saved them. */
export const target: FuzzTarget = {
  seeds: [sampleExport("firebase-hash-config.txt")],
  maxLength: 600,
  holds(input) {
    try {
      const found = convertExport({ product: "firebase", text: users, hashConfig: input }, 0);
      return found.map(({ line, note }) => `${line !== null}${note}`).join();
    } catch (error) {
      if (error instanceof UnreadableExport) return "unreadable";
      throw error;
    }
  },
};
