import type { Chart, DashboardName } from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import {
  type ChartRow,
  fillCharts,
} from "#shared/domain/dashboards/fill-charts.ts";
import {
  listFigures,
  type TopicLagFigures,
} from "#shared/domain/dashboards/list-figures.ts";
import { measureLagSeconds, type TopicLag } from "#shared/domain/topic-lag.ts";
import type {
  BucketedSpan,
  DashboardStore,
} from "#shared/ports/dashboard-store.ts";

/** Lag by topic, as it was measured for the state; undefined while Kafka cannot be asked. */
export type Lags = ReadonlyMap<string, TopicLag> | undefined;

interface Ports {
  readonly store: DashboardStore;
  /** Topics whose lag is shown, in their order. */
  readonly topics: readonly string[];
}

/** Reads all charts of a dashboard. */
export const createChartsReader =
  ({ store, topics }: Ports) =>
  async (
    dashboard: DashboardName,
    period: BucketedSpan,
    lags: Lags,
  ): Promise<Chart[]> => {
    const rows = await store.readCharts(dashboard, period);
    const { charts } = DASHBOARDS[dashboard];
    if (dashboard !== "pipeline") return fillCharts(charts, rows);
    const { recordAges, ...reading } = await store.readPipeline();
    const lag = topics.map((topic): TopicLagFigures => {
      const measured = lags?.get(topic);
      return {
        topic,
        records: measured?.records ?? null,
        seconds:
          measured === undefined
            ? null
            : measureLagSeconds(topic, measured, recordAges),
      };
    });
    return fillCharts(charts, [
      ...rows,
      ...listFigures({ ...reading, lag }).map(toRow("state")),
      ...lag
        .map(({ topic, records, seconds }) => [
          topic,
          records,
          seconds === null ? null : Math.floor(seconds),
        ])
        .map(toRow("lag")),
    ]);
  };

const toRow =
  (chart: string) =>
  (cells: ChartRow["cells"]): ChartRow => ({
    chart,
    cells,
    provisional: false,
  });
