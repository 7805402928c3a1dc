import type { Chart, ChartKind } from "#shared/domain/dashboards/answer.ts";
import { formatShort } from "../format/format-value.ts";
import { findGreatest } from "./heat-map-option.ts";
import { pivotChart } from "./pivot.ts";
import { readGrid } from "./read-grid.ts";
import { SERIES_COUNT } from "./theme.ts";

/** What stands below a chart to read it by. */
export interface Legend {
  /** The series by name, where there are several. */
  readonly series: readonly {
    readonly name: string;
    readonly colour: number;
  }[];
  /** The ends of a scale of colours. */
  readonly scale?: readonly [least: string, most: string];
  readonly provisional?: string;
  /** As what the values are drawn, which says how the series and what is provisional look. */
  readonly drawnAs: "line" | "bar" | "cell";
}

const DRAWN_AS: ReadonlyMap<ChartKind, "line" | "cell"> = new Map([
  ["line", "line"],
  ["heat-map", "cell"],
]);

/** Says what the legend of a chart holds; colours are the numbers of --series-1 and so on. */
export function planLegend(chart: Chart): Legend {
  const provisional = describeProvisional(chart);
  const shared: Pick<Legend, "drawnAs" | "provisional"> = {
    drawnAs: DRAWN_AS.get(chart.kind) ?? "bar",
    ...(provisional === undefined ? {} : { provisional }),
  };
  switch (chart.kind) {
    case "line":
    case "bar":
    case "horizontal-bar":
    case "stacked-bar": {
      const { series } = pivotChart(chart);
      const isNeeded = series.length > 1;
      return {
        series: isNeeded
          ? series.map(({ name }, index) => ({
              name,
              colour: (index % SERIES_COUNT) + 1,
            }))
          : [],
        ...shared,
      };
    }
    case "heat-map": {
      const grid = readGrid(chart);
      const { unit } = grid.valueColumn;
      return {
        series: [],
        scale: [formatShort(0, unit), formatShort(findGreatest(grid), unit)],
        ...shared,
      };
    }
    default:
      return { series: [], ...shared };
  }
}

function describeProvisional({
  columns,
  provisional,
}: Chart): string | undefined {
  if (!provisional.includes(true)) return undefined;
  const isCourse = columns.some(
    ({ role, unit }) => role === "category" && unit === "time",
  );
  return isCourse
    ? "provisional: still open"
    : "holds windows that are still open: provisional";
}
