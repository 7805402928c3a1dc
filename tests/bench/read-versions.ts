import { readFile } from "node:fs/promises";

import { readKafkaVersion } from "#compose/embedded/kafka-jars.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { CONSTRAINTS } from "./spark/home.ts";

/** The versions that a rate depends on; Spark's only where it was measured against. */
export async function readVersions(
  databaseUrl: string,
  withSpark: boolean,
): Promise<Readonly<Record<string, string>>> {
  const [row] = await selectRows<{ version: string }>(
    databaseUrl,
    "select current_setting('server_version') as version",
  );
  return {
    node: process.version,
    postgres: row?.version ?? "unknown",
    kafka: await readKafkaVersion(),
    ...(withSpark && { spark: await readSparkVersion() }),
  };
}

async function readSparkVersion(): Promise<string> {
  const constraints = await readFile(CONSTRAINTS, "utf8");
  return /^pyspark==(.+)$/m.exec(constraints)?.[1] ?? "unknown";
}
