/** Ratios that may not fall: how much faster than an alternative on the same machine, in the same run. */
export interface Ratios {
  readonly ratio_to_enforced_copy: number;
  readonly ratio_to_bare_copy: number;
}

/** The run in the middle by its ratio to the enforced COPY; of an even number the slower one of the two. */
export function takeMedian<Run extends Ratios>(runs: readonly Run[]): Run {
  const sorted = runs.toSorted(
    (a, b) => a.ratio_to_enforced_copy - b.ratio_to_enforced_copy,
  );
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new RangeError("There was no run.");
  return median;
}

/** Lists the ratios that are below those of the baseline. */
export function listShortfalls(result: Ratios, baseline: Ratios): string[] {
  const names = ["ratio_to_enforced_copy", "ratio_to_bare_copy"] as const;
  return names
    .filter((name) => result[name] < baseline[name])
    .map((name) => `${name} is ${result[name]}, expected ${baseline[name]}`);
}
