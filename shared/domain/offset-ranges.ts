/** A half-open range of offsets `[from, to)`. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/** Reads Postgres' text form of an `int8multirange`, such as `{[0,10),[12,13)}`. */
export function parseOffsetRanges(text: string): OffsetRange[] {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => ({
    from: Number(from),
    to: Number(to),
  }));
}

/** Postgres' text form of an `int8multirange`. */
export function formatOffsetRanges(ranges: readonly OffsetRange[]): string {
  return `{${ranges.map(({ from, to }) => `[${from},${to})`).join(",")}}`;
}

/** The least number of ascending ranges that hold exactly these offsets, given in any order. */
export function toOffsetRanges(offsets: readonly number[]): OffsetRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && offset <= last.to)
      last.to = Math.max(last.to, offset + 1);
    else ranges.push({ from: offset, to: offset + 1 });
  }
  return ranges;
}

/** Whether an offset lies in one of the ascending ranges. */
export function containsOffset(
  ranges: readonly OffsetRange[],
  offset: number,
): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (offset < range.from) high = middle;
    else if (offset >= range.to) low = middle + 1;
    else return true;
  }
  return false;
}
