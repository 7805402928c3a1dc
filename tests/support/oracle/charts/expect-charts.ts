import type { DashboardName } from "#shared/domain/dashboards/answer.ts";
import { expectContentPerformance } from "./dashboards/content-performance.ts";
import { expectDevices } from "./dashboards/devices.ts";
import { expectGeographic } from "./dashboards/geographic.ts";
import { expectHourlyTrends } from "./dashboards/hourly-trends.ts";
import { expectUserEngagement } from "./dashboards/user-engagement.ts";
import type {
  ChartPeriod,
  ChartRows,
  ChartSource,
  ExpectDashboard,
} from "./types.ts";

/** A dashboard that is about plays; the pipeline's is about the pipeline. */
export type PlaysDashboard = Exclude<DashboardName, "pipeline">;

const DASHBOARDS: Readonly<Record<PlaysDashboard, ExpectDashboard>> = {
  "user-engagement": expectUserEngagement,
  "content-performance": expectContentPerformance,
  geographic: expectGeographic,
  devices: expectDevices,
  "hourly-trends": expectHourlyTrends,
};

/**
 * Computes the rows of every chart of a dashboard from the plays themselves: counts, shares (0 to 1), seconds, and
 * times in RFC 3339; null is a rate of nothing.
 *
 * @throws RangeError where the period does not begin and end at borders of buckets
 */
export function expectCharts(
  dashboard: PlaysDashboard,
  { plays, catalogue }: ChartSource,
  period: ChartPeriod,
): ChartRows {
  const inPeriod = plays.filter(
    ({ playedAtMs }) =>
      playedAtMs >= period.fromMs && playedAtMs < period.untilMs,
  );
  return DASHBOARDS[dashboard]({ plays: inPeriod, catalogue }, period);
}
