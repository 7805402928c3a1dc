import { inject } from "vitest";

import { listObjects } from "#compose/superset/api/list-objects.ts";
import { queryChart } from "#compose/superset/api/query-chart.ts";
import type { SupersetSession } from "#compose/superset/api/session.ts";
import { buildQuery } from "#compose/superset/assets/build-query.ts";
import { BUNDLE_FOLDER } from "#compose/superset/home.ts";
import { loadBundle } from "#compose/superset/roll-out.ts";
import { signIn } from "#compose/superset/run-superset.ts";
import type { SupersetPlace } from "./run-superset.ts";

/** Where the Superset of this run is. */
export function placeOfRun(): SupersetPlace {
  return { dataDir: inject("supersetDataDir"), port: inject("supersetPort") };
}

/** Signs in to the Superset of this run as admin. */
export function signInToRun(): Promise<SupersetSession> {
  return signIn(placeOfRun());
}

/** The rows that Superset gives for a chart of the bundle, over all time unless a period is given. */
export async function readChart(
  session: SupersetSession,
  name: string,
  period = "No filter",
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { assets } = await loadBundle(BUNDLE_FOLDER);
  const chart = assets.charts.get(`charts/${name}.yaml`);
  const dataset = (await listObjects(session, "datasets")).find(
    ({ uuid }) => uuid === chart?.dataset_uuid,
  );
  if (chart === undefined || dataset === undefined)
    throw new Error(`There is no chart ${name}.`);
  const result = await queryChart(
    session,
    dataset.id,
    buildQuery(chart, period),
  );
  if (result.kind === "fault") throw new Error(result.reason);
  return result.rows;
}
