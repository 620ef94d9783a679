/** From a value to its place in the drawing, and where to write numbers. */
export type Scale = {
  place(value: number): number;
  readonly ticks: readonly number[];
};

/** Where an axis begins and ends, in the drawing's units. */
export type Extent = { readonly from: number; readonly to: number };

const STEPS = [1, 2, 5, 10];

/** From 0, so that lengths can be compared. */
export function linearScale(highest: number, extent: Extent, ticks = 5): Scale {
  const top = highest > 0 ? highest : 1;
  const power = 10 ** Math.floor(Math.log10(top / ticks));
  const step = (STEPS.find((each) => each * power * ticks >= top) ?? 10) * power;
  const count = Math.ceil(top / step - 1e-9);
  return {
    place: (value) => extent.from + (value / (count * step)) * (extent.to - extent.from),
    ticks: Array.from({ length: count + 1 }, (_, i) => i * step),
  };
}

/** For values that lie too far apart to be seen on one line otherwise. */
export function logarithmicScale(lowest: number, highest: number, extent: Extent): Scale {
  const [bottom, top] = [roundBelow(lowest * 0.8), roundAbove(highest)];
  const decades = Math.log10(top / bottom);
  const all = stepsBetween(bottom, top);
  return {
    place: (value) =>
      extent.from + (Math.log10(value / bottom) / decades) * (extent.to - extent.from),
    ticks: decades > 2.5 ? all.filter((value) => isPowerOfTen(value)) : all,
  };
}

const isPowerOfTen = (value: number): boolean => Math.abs(Math.log10(value) % 1) < 1e-9;

const roundBelow = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.findLast((step) => step * power <= value) ?? 1);
};

const roundAbove = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value) ?? 10);
};

function stepsBetween(bottom: number, top: number): number[] {
  const result: number[] = [];
  for (let exponent = Math.floor(Math.log10(bottom)); 10 ** exponent <= top; exponent++) {
    for (const step of [1, 2, 5]) {
      const value = Number((step * 10 ** exponent).toPrecision(1));
      if (value >= bottom * 0.999 && value <= top * 1.001) result.push(value);
    }
  }
  return result;
}
