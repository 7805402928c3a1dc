import { join } from "node:path";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import { countPlays } from "../check-database.ts";
import type { SparkHome } from "./home.ts";
import type { SparkJob } from "./jobs.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { runSparkJob, type SparkRun } from "./run-spark-job.ts";

export interface SparkComparison extends SparkRun {
  readonly job: SparkJob;
  /** Facts, and plays in each metric table. */
  readonly playsByTable: Readonly<Record<string, number>>;
}

export interface SparkComparisonOptions {
  readonly job: SparkJob;
  readonly home: SparkHome;
  readonly servers: PipelineServers;
  readonly signal: AbortSignal;
}

/** Lets the job work off the same topic into a database of its own, and counts what it has written. */
export async function compareWithSpark(
  options: SparkComparisonOptions,
): Promise<SparkComparison> {
  const { job, servers } = options;
  const databaseUrl = await prepareDatabase(servers, job);
  const logFile = join(PROJECT_ROOT, ".data", "bench", `${job}.log`);
  const run = await runSparkJob({ ...options, databaseUrl, logFile });
  return { ...run, job, playsByTable: await countPlays(databaseUrl) };
}
