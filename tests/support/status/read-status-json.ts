import type { RunnerCounts } from "#compose/metrics/summarize-runner.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { describeSample } from "#tests/support/prometheus/parse-exposition.ts";
import type { Reading } from "./compare-readings.ts";

/** Names what `npm run status -- --json` holds by its samples in Prometheus. */
export function readStatusJson(
  { topics, windows, plays, rejected, letters, ...status }: Status,
  { functions }: RunnerCounts,
): Reading {
  const reading: Record<string, number> = {};
  const add = (
    name: string,
    value: number | null,
    labels: Record<string, string> = {},
  ) => {
    const sample = describeSample({ name, labels, value: value ?? 0 });
    if (value !== null) reading[sample] = value;
  };
  add("streaming_watermark_delay_seconds", status.watermarkDelaySeconds);
  add("streaming_plays_accepted_total", plays.accepted);
  add("streaming_plays_duplicate_total", plays.duplicate);
  add("streaming_plays_late_total", plays.late);
  for (const { topic, lag, lagSeconds } of topics) {
    add("streaming_topic_lag_records", lag, { topic });
    add("streaming_topic_lag_seconds", lagSeconds, { topic });
  }
  for (const { kind, openCount } of windows)
    add("streaming_windows_open", openCount, { window_kind: kind });
  for (const [reason, count] of Object.entries(rejected))
    add("streaming_records_rejected_total", count, { reason });
  const { oldestWaitingSeconds, waiting, redriven, resolved, buried } = letters;
  add("streaming_dead_letter_oldest_waiting_seconds", oldestWaitingSeconds);
  const states = { waiting, redriven, resolved, buried };
  for (const [state, count] of Object.entries(states))
    add("streaming_dead_letters", count, { state });
  for (const { function: name, ...counts } of functions) {
    const durations = "streaming_invocation_duration_seconds";
    const sum = counts.meanSeconds * counts.invocationCount;
    add(`${durations}_count`, counts.invocationCount, { function: name });
    add(`${durations}_sum`, sum, { function: name });
    for (const [kind, count] of Object.entries(counts.errors))
      add("streaming_invocation_errors_total", count, { function: name, kind });
  }
  return reading;
}
