import type { DashboardName } from "#shared/domain/dashboards/answer.ts";
import type { ChartRow } from "#shared/domain/dashboards/fill-charts.ts";
import type { OutcomeCounts } from "#shared/domain/dashboards/list-figures.ts";
import type { RecordAge } from "#shared/domain/topic-lag.ts";

import type { LetterGauges, WindowGauges } from "./pipeline-gauges.ts";

/** A half-open span of time, milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A period in buckets. */
export interface BucketedSpan extends Span {
  readonly bucketMs: number;
}

/** What can be said of a dashboard without reading its charts. */
export interface DashboardState {
  /** Size of the windows of minutes. */
  readonly windowMs: number;
  readonly hourlyMs: number;
  /** RFC 3339, UTC; null before the first play. */
  readonly newestPlayAt: string | null;
  /** Differs when anything differs that the charts show. */
  readonly fingerprint: string;
}

/** What the pipeline says of itself at this moment. */
export interface PipelineReading {
  readonly outcomes: OutcomeCounts;
  readonly windows: WindowGauges;
  readonly letters: LetterGauges;
  readonly recordAges: readonly RecordAge[];
}

/** Where the charts are read; reads only. */
export interface DashboardStore {
  /** `hours` holds the period that will be asked for, and is on the hour. */
  readState(hours: Span): Promise<DashboardState>;
  /** Differs when letters, marks or revisions do, which the pipeline's dashboard shows beside the plays. */
  readPipelineFingerprint(): Promise<string>;
  /** Rows of the dashboard's charts, in their order; of the pipeline's, those with a table of their own. */
  readCharts(
    dashboard: DashboardName,
    period: BucketedSpan,
  ): Promise<ChartRow[]>;
  readPipeline(): Promise<PipelineReading>;
}
