/** Values by what `describeSample` calls Prometheus' samples of them. */
export type Reading = Readonly<Record<string, number>>;

/** What must be known of a running pipeline, by what it is called in Prometheus. */
export const REQUIRED = {
  "lag in records": "streaming_topic_lag_records",
  "lag in seconds": "streaming_topic_lag_seconds",
  "watermark delay": "streaming_watermark_delay_seconds",
  "open windows": "streaming_windows_open",
  accepted: "streaming_plays_accepted_total",
  duplicate: "streaming_plays_duplicate_total",
  late: "streaming_plays_late_total",
  "rejected by reason": "streaming_records_rejected_total",
  "dead letters": "streaming_dead_letters",
  "age of dead letters": "streaming_dead_letter_oldest_waiting_seconds",
  "number of invocations": "streaming_invocation_duration_seconds_count",
  "duration of invocations": "streaming_invocation_duration_seconds_sum",
  "invocation errors": "streaming_invocation_errors_total",
} as const;

/**
 * Returns what is required and missing in one of two readings of the same moment, and which values differ; a shown
 * value may be rounded to `precision`. Nothing for readings that agree.
 */
export function compareReadings(
  metrics: Reading,
  shown: Reading,
  precision: (sample: string) => number,
): string[] {
  return Object.entries(REQUIRED).flatMap(([what, name]) => {
    const isSample = (sample: string) =>
      sample === name || sample.startsWith(`${name}{`);
    const samples = new Set(
      [...Object.keys(metrics), ...Object.keys(shown)].filter(isSample),
    );
    if (samples.size === 0) return [`${what}: nowhere`];
    return [...samples].flatMap((sample) => {
      const [measured, displayed] = [metrics[sample], shown[sample]];
      if (measured === undefined) return [`${what}: no metric ${sample}`];
      if (displayed === undefined) return [`${what}: ${sample} is not shown`];
      return Math.abs(measured - displayed) <= precision(sample)
        ? []
        : [`${what}: ${sample} is ${measured}, shown is ${displayed}`];
    });
  });
}
