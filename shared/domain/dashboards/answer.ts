/** The dashboards, in the order of their tabs. */
export const DASHBOARD_NAMES = [
  "pipeline",
  "user-engagement",
  "content-performance",
  "geographic",
  "devices",
  "hourly-trends",
] as const;
export type DashboardName = (typeof DASHBOARD_NAMES)[number];

/** How far back a dashboard looks: in windows of minutes, or in hours. */
export const PERIODS = ["1h", "24h"] as const;
export type Period = (typeof PERIODS)[number];

/** What a value is, which says how it is written. */
export type Unit = "time" | "text" | "count" | "share" | "seconds";

/** One column of a chart's rows. */
export interface Column {
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  readonly role: "category" | "series" | "value";
}

/**
 * How a chart is drawn. Bars and lines have one category, at most one series and values of one unit; a heat map two
 * categories (x, then y) and one value; a map the category `country` and one value; figures the category `figure` and one
 * column per unit, of which a row fills one; a table anything.
 */
export type ChartKind =
  | "figures"
  | "line"
  | "bar"
  | "horizontal-bar"
  | "stacked-bar"
  | "heat-map"
  | "map"
  | "table";

/** All of a chart but its rows. */
export interface ChartDefinition {
  /** kebab-case, unique within the dashboard. */
  readonly id: string;
  readonly title: string;
  readonly kind: ChartKind;
  /** What a reader must know to read it right. */
  readonly note?: string;
  readonly columns: readonly Column[];
}

/** Times are RFC 3339 in UTC; null is a rate of nothing, or what is not known. */
export type Cell = string | number | null;

/** A chart with its rows in long form: drawing, table and CSV come from them. */
export interface Chart extends ChartDefinition {
  readonly rows: readonly (readonly Cell[])[];
  /** Per row: whether it is of a bucket that is not final. */
  readonly provisional: readonly boolean[];
}

/** What `GET /api/dashboards/{name}` answers. */
export interface DashboardAnswer {
  readonly dashboard: DashboardName;
  readonly title: string;
  readonly period: Period;
  /** RFC 3339, UTC, at the border of a bucket. */
  readonly from: string;
  /** Exclusive, at the border of a bucket; the running bucket is included. */
  readonly until: string;
  readonly bucketSeconds: number;
  /** When the newest play in the tables happened; null before the first one. */
  readonly newestPlayAt: string | null;
  readonly charts: readonly Chart[];
}

/** A dashboard without its rows. */
export interface DashboardDefinition {
  readonly title: string;
  readonly charts: readonly ChartDefinition[];
}
