import type { Random } from "./random.ts";

/** Few ids that are drawn often and many that are drawn seldom: the weight of rank r is r to the power of -exponent. */
export interface LongTail {
  /** The id, from 1, that a number from 0 to below 1 falls on. */
  readonly pick: (unit: number) => number;
}

/** Spreads the ids 1 to `size` over the ranks in a random order; exponent 0 makes all equal. */
export function createLongTail(
  size: number,
  exponent: number,
  random: Random,
): LongTail {
  const order = random.nextOrder(size);
  const cumulative = new Float64Array(size);
  let total = 0;
  for (let rank = 0; rank < size; rank++) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return {
    pick: (unit) => {
      const target = unit * total;
      let low = 0;
      let high = size - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((cumulative[middle] ?? 0) > target) high = middle;
        else low = middle + 1;
      }
      return (order[low] ?? 0) + 1;
    },
  };
}
