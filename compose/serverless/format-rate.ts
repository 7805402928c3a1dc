const UNITS_MS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** Writes a period of whole minutes as EventBridge does: `rate(1 minute)`, `rate(5 minutes)`. */
export function formatRate(periodMs: number): string {
  for (const [unit, unitMs] of UNITS_MS) {
    if (periodMs % unitMs === 0) {
      const count = periodMs / unitMs;
      return `rate(${count} ${unit}${count === 1 ? "" : "s"})`;
    }
  }
  throw new RangeError(`${periodMs} ms is no whole number of minutes.`);
}
