import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  type EmbeddedMetric,
  findEmbeddedMetrics,
} from "./parse-embedded-metrics.ts";

/** Reads the metrics that functions run in process have written into their logs, in order; throws where one has no log. */
export async function readFunctionLogs(
  dataDir: string,
  functionNames: readonly string[],
): Promise<EmbeddedMetric[]> {
  const logs = await Promise.all(
    functionNames.map((name) =>
      readFile(join(dataDir, "logs", `${name}.log`), "utf8"),
    ),
  );
  return logs.flatMap((log) => findEmbeddedMetrics(log));
}
