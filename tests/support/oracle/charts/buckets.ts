import type { ChartPeriod, Play } from "./types.ts";

/** A time as the API writes it, such as `2026-01-15T12:00:00Z`. */
export const writeTime = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(".000Z", "Z");

/** The hour of the day in UTC, such as `12:00`. */
export const hourOfDay = (timeMs: number): string =>
  `${writeTime(timeMs).slice(11, 13)}:00`;

/** The calendar date in UTC, such as `2026-01-15`. */
export const dateOf = (timeMs: number): string =>
  writeTime(timeMs).slice(0, 10);

/**
 * The starts of the period's buckets in milliseconds, oldest first.
 *
 * @throws RangeError where the period does not begin and end at borders of buckets, which are counted from the epoch
 */
export function listBuckets({
  fromMs,
  untilMs,
  bucketMs,
}: ChartPeriod): number[] {
  if (fromMs % bucketMs !== 0 || untilMs % bucketMs !== 0)
    throw new RangeError(
      `the period is from ${fromMs} ms until ${untilMs} ms; expected multiples of ${bucketMs} ms`,
    );
  return Array.from(
    { length: (untilMs - fromMs) / bucketMs },
    (_, index) => fromMs + index * bucketMs,
  );
}

/** A bucket with its plays. */
export interface Bucket {
  readonly startMs: number;
  readonly time: string;
  readonly plays: readonly Play[];
}

/** Every bucket of the period with its plays, oldest first; one without plays is there, too. */
export function fillBuckets(
  plays: readonly Play[],
  period: ChartPeriod,
): Bucket[] {
  const { bucketMs } = period;
  const filled = Map.groupBy(
    plays,
    ({ playedAtMs }) => Math.floor(playedAtMs / bucketMs) * bucketMs,
  );
  return listBuckets(period).map((startMs) => ({
    startMs,
    time: writeTime(startMs),
    plays: filled.get(startMs) ?? [],
  }));
}
