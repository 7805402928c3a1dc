import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { OnProgress } from "#compose/embedded/running-server.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { importBundle } from "./api/import-bundle.ts";
import type { StoredObject } from "./api/list-objects.ts";
import type { SupersetSession } from "./api/session.ts";
import { requireBundle } from "./assets/check-bundle.ts";
import { packBundle } from "./assets/pack-bundle.ts";
import type { Assets } from "./assets/parse-assets.ts";
import { readBundle } from "./assets/read-bundle.ts";
import { findLeftovers, removeLeftovers } from "./find-leftovers.ts";
import { queryCharts, requireRows } from "./query-charts.ts";

const SCHEMA = join(PROJECT_ROOT, "sql", "schema.sql");

export interface RollOutOptions {
  readonly session: SupersetSession;
  /** Of the bundle's files. */
  readonly folder: string;
  readonly sqlalchemyUri: string;
  /** Superset's log, for the reason why it refuses something. */
  readonly logFile: string;
  /** Whether what left the bundle is deleted, too. */
  readonly isPruning: boolean;
  readonly onProgress: OnProgress;
}

/** Reads and checks the bundle of a folder; throws `superset_bundle_invalid` (user). */
export async function loadBundle(folder: string) {
  const [files, schema] = await Promise.all([
    readBundle(folder),
    readFile(SCHEMA, "utf8"),
  ]);
  return { files, assets: requireBundle(files, schema) };
}

/**
 * Makes Superset's objects those of the bundle, and asks for the rows of every chart. Throws `superset_bundle_invalid`,
 * `superset_import_refused`, `superset_chart_failed`, `superset_prune_refused` (user) and what the session throws.
 */
export async function rollOut({
  session,
  folder,
  sqlalchemyUri,
  logFile,
  isPruning,
  onProgress,
}: RollOutOptions): Promise<void> {
  const { files, assets } = await loadBundle(folder);
  await importBundle(session, packBundle(files, sqlalchemyUri), logFile);
  onProgress(`Imported ${describeSizes(assets)}.`);
  await reportLeftovers(session, assets, { isPruning, onProgress });
  const queried = await queryCharts(session, assets);
  requireRows(queried);
  const empty = queried.flatMap(({ chart, period, result }) =>
    result.kind === "rows" && result.rows.length === 0
      ? [`  ${chart.slice_name} (${period})`]
      : [],
  );
  onProgress(`All ${queried.length} charts answer.`);
  if (empty.length > 0)
    onProgress(
      `${empty.length} of them have no rows for the period with which their dashboard opens:\n${empty.join("\n")}`,
    );
}

function describeSizes({ datasets, charts, dashboards }: Assets): string {
  return `${datasets.size} datasets, ${charts.size} charts and ${dashboards.size} dashboards`;
}

async function reportLeftovers(
  session: SupersetSession,
  assets: Assets,
  { isPruning, onProgress }: Pick<RollOutOptions, "isPruning" | "onProgress">,
): Promise<void> {
  const leftovers = await findLeftovers(session, assets);
  if (leftovers.length === 0) return;
  const report = (what: string, lines: readonly string[]) => {
    if (lines.length > 0) onProgress(`${what}:\n${lines.join("\n")}`);
  };
  if (!isPruning) {
    report(
      "No longer in the bundle, but still in Superset (--prune deletes it)",
      leftovers.map(describe),
    );
    return;
  }
  const needed = await removeLeftovers(session, leftovers);
  const kept = new Set(needed.map(({ object }) => object));
  report(
    "Deleted, since no longer in the bundle",
    leftovers.filter((object) => !kept.has(object)).map(describe),
  );
  report(
    "Kept, though no longer in the bundle, since charts that were made by hand need it",
    needed.map(
      ({ object, charts }) => `${describe(object)} (${charts.join(", ")})`,
    ),
  );
}

function describe({ kind, name }: StoredObject): string {
  return `  ${kind}: ${name}`;
}
