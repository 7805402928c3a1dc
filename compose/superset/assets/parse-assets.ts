import { parseDocument } from "yaml";
import type { z } from "zod";

import {
  chartSchema,
  dashboardSchema,
  databaseSchema,
  datasetSchema,
  metadataSchema,
  type Chart,
  type Dashboard,
  type Database,
  type Dataset,
} from "./asset-schemas.ts";
import type { BundleFiles } from "./read-bundle.ts";

/** What a bundle describes, each by the path of its file. */
export interface Assets {
  readonly databases: ReadonlyMap<string, Database>;
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly charts: ReadonlyMap<string, Chart>;
  readonly dashboards: ReadonlyMap<string, Dashboard>;
}

/** What could be read of a bundle, and what is wrong with the rest: `<path>: <what>`. */
export interface ParsedAssets {
  readonly assets: Assets;
  readonly faults: readonly string[];
}

/** Reads the files of a bundle, each by itself. */
export function parseAssets(files: BundleFiles): ParsedAssets {
  const faults: string[] = [];
  const assets = {
    databases: new Map<string, Database>(),
    datasets: new Map<string, Dataset>(),
    charts: new Map<string, Chart>(),
    dashboards: new Map<string, Dashboard>(),
  };
  const keep = <Asset>(
    to: Map<string, Asset>,
    path: string,
    schema: z.ZodType<Asset>,
    value: unknown,
  ) => {
    const { data, error } = schema.safeParse(value);
    for (const issue of error?.issues ?? [])
      faults.push(`${path}: ${describeIssue(issue)}`);
    if (data !== undefined) to.set(path, data);
  };
  const metadata = new Map<string, unknown>();
  for (const [path, text] of files) {
    const document = parseDocument(text, { prettyErrors: true });
    const yamlFaults = [...document.errors, ...document.warnings];
    for (const { message } of yamlFaults)
      faults.push(`${path}: ${message.split("\n")[0] ?? message}`);
    if (yamlFaults.length > 0) continue;
    const value: unknown = document.toJS();
    if (path === "metadata.yaml") keep(metadata, path, metadataSchema, value);
    else if (/^databases\/[\w-]+\.yaml$/.test(path))
      keep(assets.databases, path, databaseSchema, value);
    else if (/^datasets\/[\w-]+\/[\w-]+\.yaml$/.test(path))
      keep(assets.datasets, path, datasetSchema, value);
    else if (/^charts\/[\w-]+\.yaml$/.test(path))
      keep(assets.charts, path, chartSchema, value);
    else if (/^dashboards\/[\w-]+\.yaml$/.test(path))
      keep(assets.dashboards, path, dashboardSchema, value);
    else
      faults.push(
        `${path}: is nothing that Superset imports; expected metadata.yaml, or databases/, datasets/<database>/, charts/ or dashboards/ and a name that ends in .yaml`,
      );
  }
  if (!files.has("metadata.yaml")) faults.push("metadata.yaml: is missing");
  return { assets, faults };
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
