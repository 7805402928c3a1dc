import { afterEach } from "vitest";

import { createDashboardStore } from "#shared/adapters/postgres/dashboard-store.ts";
import type { Cell, DashboardName } from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { fillCharts } from "#shared/domain/dashboards/fill-charts.ts";
import type { DashboardStore } from "#shared/ports/dashboard-store.ts";
import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

/** The period of a test, RFC 3339. */
export interface TestPeriod {
  readonly from: string;
  readonly until: string;
  readonly bucketMinutes: number;
}

/** Rows by chart; those of buckets that are not final end with `provisional`. */
export type ChartRows = Readonly<
  Record<string, readonly (readonly Cell[])[] | undefined>
>;

export interface DashboardsInUse {
  /** A store over a connection of its own, whose session is in that time zone; closed after the test. */
  open(timeZone?: string): DashboardStore;
  /** All charts of a dashboard, checked against their columns. */
  readCharts(
    dashboard: DashboardName,
    period: TestPeriod,
    timeZone?: string,
  ): Promise<ChartRows>;
}

/** Registers the hook that closes what a test opens. */
export function useDashboards(database: DatabaseInUse): DashboardsInUse {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
  const open = (timeZone = "UTC"): DashboardStore => {
    const url = new URL(database.url("reader"));
    url.searchParams.set("options", `-c timezone=${timeZone}`);
    const store = createDashboardStore({
      databaseUrl: url.href,
      applicationName: "test",
      transactionTimeoutMs: 10_000,
    });
    closers.push(() => store.close());
    return store;
  };
  return {
    open,
    readCharts: async (dashboard, period, timeZone) => {
      const rows = await open(timeZone).readCharts(dashboard, {
        fromMs: Date.parse(period.from),
        untilMs: Date.parse(period.until),
        bucketMs: period.bucketMinutes * 60_000,
      });
      const charts = fillCharts(DASHBOARDS[dashboard].charts, rows);
      return Object.fromEntries(
        charts.map(({ id, rows: cells, provisional }) => [
          id,
          cells.map((row, index) =>
            provisional[index] === true ? [...row, "provisional"] : row,
          ),
        ]),
      );
    },
  };
}
