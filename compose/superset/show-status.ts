import { createTable } from "#compose/runner/create-table.ts";
import { KINDS, listObjects } from "./api/list-objects.ts";
import { readVersion } from "./api/read-version.ts";
import type { SupersetSession } from "./api/session.ts";
import type { Assets } from "./assets/parse-assets.ts";
import { queryCharts } from "./query-charts.ts";

/** What there is of a bundle in a running Superset, as text, and whether all of it is there and answers. */
export interface BundleStatus {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Compares a running Superset (its process, if it is ours) with a bundle, and asks for the rows of every chart. */
export async function readBundleStatus(
  session: SupersetSession,
  assets: Assets,
  pid: number | undefined,
): Promise<BundleStatus> {
  const version = await readVersion(session);
  const objects = createTable(
    ["objects", "in the bundle", "missing in Superset"],
    ["left", "right", "left"],
  );
  let isWhole = true;
  for (const kind of KINDS) {
    const stored = new Set(
      (await listObjects(session, kind)).map(({ uuid }) => uuid),
    );
    const missing = [...assets[kind]].flatMap(([path, { uuid }]) =>
      stored.has(uuid) ? [] : [path],
    );
    isWhole &&= missing.length === 0;
    objects.push([kind, assets[kind].size, missing.join("\n") || "none"]);
  }
  const charts = createTable(
    ["chart", "period", "rows"],
    ["left", "left", "right"],
  );
  for (const { chart, period, result } of await queryCharts(session, assets)) {
    isWhole &&= result.kind === "rows";
    charts.push([
      chart.slice_name,
      period,
      result.kind === "rows" ? result.rows.length : result.reason,
    ]);
  }
  return {
    text: `Superset ${version} at ${session.url}${pid === undefined ? "" : ` (process ${pid})`}\n${objects.toString()}\n${charts.toString()}`,
    isWhole,
  };
}
