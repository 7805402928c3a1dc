import { PipelineError } from "#shared/errors.ts";
import { checkCharts } from "./check-charts.ts";
import { checkDashboards } from "./check-dashboards.ts";
import { checkDatasets } from "./check-datasets.ts";
import { findTwins } from "./find-twins.ts";
import { parseAssets, type Assets } from "./parse-assets.ts";
import type { BundleFiles } from "./read-bundle.ts";
import { readRelations } from "./read-relations.ts";

/** Finds everything that Superset would swallow without a word, or refuse without a reason: `<path>: <what>`. */
export function findBundleFaults(files: BundleFiles, schema: string): string[] {
  const { assets, faults } = parseAssets(files);
  return [
    ...faults,
    ...findTwins(assets),
    ...checkDatasets(assets, readRelations(schema)),
    ...checkCharts(assets),
    ...checkDashboards(assets),
  ];
}

/** Returns what a bundle describes; throws `superset_bundle_invalid` (user) naming every fault. */
export function requireBundle(files: BundleFiles, schema: string): Assets {
  const faults = findBundleFaults(files, schema);
  if (faults.length === 0) return parseAssets(files).assets;
  throw new PipelineError(
    `The bundle in compose/superset/bundle is not fit to be imported:\n${faults.map((fault) => `  ${fault}`).join("\n")}\nMend it and import again; nothing was sent.`,
    { code: "superset_bundle_invalid", domain: "user" },
  );
}
