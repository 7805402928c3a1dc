import type {
  Cell,
  Chart,
  ChartKind,
  Column,
  Unit,
} from "#shared/domain/dashboards/answer.ts";
import type { Theme } from "#functions/dashboard/page/charts/theme.ts";

/** A theme in which every colour is another one. */
export const THEME: Theme = {
  text: "#000001",
  muted: "#000002",
  surface: "#fffff3",
  line: "#000004",
  stripe: "#ffffff80",
  series: ["#110000", "#220000", "#330000"],
  heat: ["#ffffff", "#000000"],
  font: "Arial",
};

export const TIME: Column = {
  name: "time",
  label: "Time (UTC)",
  unit: "time",
  role: "category",
};

export const category = (name: string): Column => ({
  name,
  label: name,
  unit: "text",
  role: "category",
});

export const value = (label: string, unit: Unit = "count"): Column => ({
  name: label.toLowerCase(),
  label,
  unit,
  role: "value",
});

/** A chart as the API answers it; rows are final unless their numbers are given. */
export function makeChart(
  kind: ChartKind,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  provisionalRows: readonly number[] = [],
): Chart {
  return {
    id: "chart",
    title: "Chart",
    kind,
    columns,
    rows,
    provisional: rows.map((_, index) => provisionalRows.includes(index)),
  };
}
