import type { Results } from "../results.ts";
import { figuresOf } from "./figures.ts";
import {
  type Against,
  against,
  againstLessHash,
  LIMITS,
  type Limit,
  partsInWords,
} from "./ratios.ts";

export type LimitRow = {
  readonly name: string;
  readonly parts: string;
  readonly limit: Limit;
  readonly against: Against;
};

/** Our operations that were measured, against their limits, as far as those were. */
export function limitRows(results: Results): LimitRow[] {
  const figures = figuresOf(results);
  const rows = LIMITS.flatMap((limit) => {
    const { hash: _, ...lessHash } = limit;
    const whole = {
      name: limit.isBeside ? `(${limit.operation})` : limit.operation,
      parts: partsInWords(limit),
      limit,
      against: against(limit, figures),
    };
    if (limit.hash === undefined) return [whole];
    return [
      whole,
      {
        name: `${limit.operation}, less the bare hash`,
        parts: partsInWords(lessHash),
        limit: lessHash,
        against: againstLessHash(limit, figures),
      },
    ];
  });
  return rows.filter(({ against }) => against.ours !== null);
}
