/** What runs are ordered by: how much faster than the COPY, or the time alone where nothing was copied. */
export interface ComparableRun {
  readonly seconds: number;
  readonly ratio_to_enforced_copy: number | null;
}

/**
 * The run in the middle by its ratio to the enforced COPY, or by its rate where nothing was copied; of an even number the
 * slower one of the two. Throws a RangeError when there was no run.
 */
export function takeMedian<Run extends ComparableRun>(
  runs: readonly Run[],
): Run {
  const sorted = runs.toSorted((a, b) => rank(a) - rank(b));
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new RangeError("There was no run.");
  return median;
}

/** Lists the ratios of the result that are below their floor; one that was not measured is not judged. */
export function listShortfalls(
  result: Readonly<Record<string, unknown>>,
  floors: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(floors).flatMap(([name, floor]) => {
    const ratio = result[name];
    return typeof ratio === "number" && ratio < floor
      ? [`${name} is ${ratio}, expected ${floor}`]
      : [];
  });
}

function rank({ seconds, ratio_to_enforced_copy }: ComparableRun): number {
  return ratio_to_enforced_copy ?? 1 / seconds;
}
