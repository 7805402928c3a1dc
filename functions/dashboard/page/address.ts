import {
  DASHBOARD_NAMES,
  PERIODS,
  type DashboardName,
  type Period,
} from "#shared/domain/dashboards/answer.ts";

/** What the page shows, as it stands behind the # of its address. */
export interface Address {
  readonly dashboard: DashboardName;
  readonly period: Period;
  /** RFC 3339; the end of the period is now unless it is given. */
  readonly until?: string;
}

/** Reads the part of an address that begins with #; what it does not know becomes the default. */
export function parseAddress(hash: string): Address {
  const [name = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const parameters = new URLSearchParams(query);
  const period = PERIODS.find((known) => known === parameters.get("period"));
  const until = parameters.get("until");
  return {
    dashboard:
      DASHBOARD_NAMES.find((known) => known === name) ?? DASHBOARD_NAMES[0],
    period: period ?? "1h",
    ...(until === null ? {} : { until }),
  };
}

/** Writes an address; the defaults are left out. */
export function formatAddress({ dashboard, period, until }: Address): string {
  const parameters = [
    ...(period === "1h" ? [] : [`period=${period}`]),
    ...(until === undefined ? [] : [`until=${encodeURIComponent(until)}`]),
  ];
  return `#${dashboard}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
}

/** The path of the API's answer for an address. */
export function formatAnswerPath(address: Address): string {
  return `/api/dashboards/${address.dashboard}?${formatQuery(address)}`;
}

/** The path of a chart's rows as CSV. */
export function formatCsvPath(address: Address, chartId: string): string {
  return `/api/dashboards/${address.dashboard}/${encodeURIComponent(chartId)}.csv?${formatQuery(address)}`;
}

function formatQuery({ period, until }: Address): string {
  return new URLSearchParams({
    period,
    ...(until === undefined ? {} : { until }),
  }).toString();
}

/** The end of a period that ends with the bucket of the newest play; ends are exclusive. */
export function endAfter(newestPlayAt: string, bucketSeconds: number): string {
  const bucketMs = bucketSeconds * 1000;
  const endMs =
    (Math.floor(Date.parse(newestPlayAt) / bucketMs) + 1) * bucketMs;
  return new Date(endMs).toISOString().replace(".000Z", "Z");
}
