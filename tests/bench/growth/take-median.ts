/** The number in the middle; of an even count the lower one of the two. Throws RangeError where there is none. */
export function takeMedian(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new RangeError("Nothing was measured.");
  return median;
}
