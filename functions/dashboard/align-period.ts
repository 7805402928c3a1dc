import type {
  DashboardName,
  Period,
} from "#shared/domain/dashboards/answer.ts";
import type { BucketedSpan, Span } from "#shared/ports/dashboard-store.ts";

const HOUR_MS = 3_600_000;
const LENGTHS_MS: Readonly<Record<Period, number>> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
};
/** More than a period can be longer than a day, with windows of up to two days. */
const MARGIN_HOURS = 50;

/** What a period is aligned to. */
export interface PeriodOptions {
  readonly dashboard: DashboardName;
  readonly period: Period;
  /** Milliseconds since the epoch; undefined for now. */
  readonly untilMs: number | undefined;
  readonly nowMs: number;
  readonly windowMs: number;
  readonly hourlyMs: number;
}

/**
 * Aligns a period to its buckets, counted from the epoch: windows for an hour, hours for a day, hourly windows for the
 * hourly dashboard, of which an hour shows the running one and the one before. Without an end it ends with the running
 * bucket; a given end within a bucket includes that.
 */
export function alignPeriod({
  dashboard,
  period,
  untilMs,
  nowMs,
  windowMs,
  hourlyMs,
}: PeriodOptions): BucketedSpan {
  const isHourly = dashboard === "hourly-trends";
  const minutesMs = period === "1h" ? windowMs : HOUR_MS;
  const bucketMs = isHourly ? hourlyMs : minutesMs;
  const buckets =
    isHourly && period === "1h" ? 2 : Math.ceil(LENGTHS_MS[period] / bucketMs);
  const end =
    untilMs === undefined
      ? Math.floor(nowMs / bucketMs) + 1
      : Math.ceil(untilMs / bucketMs);
  return {
    fromMs: (end - buckets) * bucketMs,
    untilMs: end * bucketMs,
    bucketMs,
  };
}

/** Hours that hold any period with this end. */
export function coverWithHours(endMs: number): Span {
  const hour = Math.floor(endMs / HOUR_MS);
  return {
    fromMs: (hour - MARGIN_HOURS) * HOUR_MS,
    untilMs: (hour + MARGIN_HOURS) * HOUR_MS,
  };
}
