import { PipelineError } from "#shared/errors.ts";
import { listObjects } from "./api/list-objects.ts";
import { queryChart, type ChartResult } from "./api/query-chart.ts";
import { shorten, type SupersetSession } from "./api/session.ts";
import type { Chart } from "./assets/asset-schemas.ts";
import { buildQuery, type ChartQuery } from "./assets/build-query.ts";
import { listPeriods } from "./assets/check-dashboards.ts";
import type { Assets } from "./assets/parse-assets.ts";

/** What a chart shows when its dashboard is opened. */
export interface QueriedChart {
  /** Of its file in the bundle. */
  readonly path: string;
  readonly chart: Chart;
  readonly period: string;
  readonly result: ChartResult;
}

/**
 * Asks Superset for the rows of every chart of a bundle, over the period with which its dashboard opens. One that gets no
 * answer is a fault of its own, as long as Superset answers otherwise; throws what the session throws when it does not.
 */
export async function queryCharts(
  session: SupersetSession,
  assets: Assets,
): Promise<QueriedChart[]> {
  const stored = await listObjects(session, "datasets");
  const datasetIds = new Map(stored.map(({ uuid, id }) => [uuid, id]));
  const periods = new Map(
    [...assets.dashboards.values()].flatMap((dashboard) => [
      ...listPeriods(dashboard),
    ]),
  );
  const queried: QueriedChart[] = [];
  for (const [path, chart] of assets.charts) {
    const period = periods.get(chart.uuid)?.[0] ?? "No filter";
    const datasetId = datasetIds.get(chart.dataset_uuid);
    const result: ChartResult =
      datasetId === undefined
        ? { kind: "fault", reason: "Superset does not have its dataset" }
        : await queryOrTell(session, datasetId, buildQuery(chart, period));
    queried.push({ path, chart, period, result });
  }
  return queried;
}

async function queryOrTell(
  session: SupersetSession,
  datasetId: number,
  query: ChartQuery,
): Promise<ChartResult> {
  try {
    return await queryChart(session, datasetId, query);
  } catch (error) {
    if (!(
      error instanceof PipelineError && error.code === "superset_unreachable"
    ))
      throw error;
    // Otherwise each of the others would be waited for, too.
    await session.request("GET", "/health");
    const { cause } = error;
    const why = cause instanceof Error ? cause.message : error.message;
    return { kind: "fault", reason: `no answer: ${shorten(why)}` };
  }
}

/** Throws `superset_chart_failed` (user) naming every chart that cannot be drawn, and why. */
export function requireRows(queried: readonly QueriedChart[]): void {
  const faults = queried.flatMap(({ path, chart, result }) =>
    result.kind === "fault"
      ? [`  ${chart.slice_name} (${path}): ${result.reason}`]
      : [],
  );
  if (faults.length === 0) return;
  throw new PipelineError(
    `Of the ${queried.length} charts that were imported, ${faults.length} cannot be drawn:\n${faults.join("\n")}\nMend them, or the metrics of their datasets, in compose/superset/bundle, then npm run superset -- import. Where a table or column is missing, the database may be older than the bundle: npm run migrate.`,
    { code: "superset_chart_failed", domain: "user" },
  );
}
