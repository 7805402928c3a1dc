import { join } from "node:path";

import { writeLine } from "#compose/cli/write-line.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";
import { checkTotals, readDurability } from "./check-database.ts";
import { compareWithCopy } from "./compare-with-copy.ts";
import { startProcessMeter } from "./measure-processes.ts";
import { publishCatalogue, publishPlays } from "./publish-backlog.ts";
import { compareWithSpark } from "./spark/compare-with-spark.ts";
import { describeComparison, listFaults } from "./spark/describe-comparison.ts";
import type { SparkHome } from "./spark/home.ts";
import type { SparkJob } from "./spark/jobs.ts";

const EXIT_CODE_INTERRUPTED = 130;

export interface BacklogOptions {
  readonly plays: number;
  /** Whether every row is compared with the oracle. */
  readonly verify: boolean;
  readonly against: readonly SparkJob[];
  readonly spark: SparkHome;
}

/** One run, in the words of the result. */
export type BacklogResult = Readonly<
  Record<string, unknown> & {
    plays: number;
    seconds: number;
    ratio_to_enforced_copy: number;
    ratio_to_bare_copy: number;
  }
>;

/**
 * Works off a backlog on servers of its own, and has the alternatives do the same there. Throws where the number would say
 * nothing: `not_durable` (user), `bench_tables_wrong` (internal).
 */
export async function measureBacklog({
  plays,
  verify,
  against,
  spark,
}: BacklogOptions): Promise<BacklogResult> {
  const cleanups = createCleanups();
  const interrupted = new AbortController();
  const interrupt = () => {
    interrupted.abort();
    void cleanups.run().finally(() => process.exit(EXIT_CODE_INTERRUPTED));
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    writeLine("Starting Kafka and Postgres in a temporary directory");
    const servers = await startServers({ postgresSettings: {} });
    cleanups.add(() => servers.stop());
    const durability = await refuseUndurable(servers);

    writeLine(`Loading ${plays.toLocaleString("en-US")} plays into Kafka`);
    const bootstrapServers =
      servers.connections.kafkaBootstrapServers.split(",");
    await publishCatalogue(bootstrapServers);
    await publishPlays(bootstrapServers, plays);
    writeLine("Loading the dimensions");
    const dimensions = await startPipeline({
      ...servers,
      topics: DIMENSIONS,
      hasSchedules: false,
    });
    cleanups.add(() => dimensions.stop());

    writeLine("Working off the backlog");
    const meter = await startProcessMeter(servers.dataDir);
    const startMs = performance.now();
    const backlog = await startPipeline({
      ...servers,
      topics: [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
    });
    cleanups.add(() => backlog.stop());
    await backlog.drain();
    const seconds = (performance.now() - startMs) / 1000;
    const use = await meter.stop();
    await backlog.stop();

    const { owner } = servers.connections.databaseUrls;
    refuseDifferences(await checkTotals(owner, plays));
    writeLine("Copying the same rows for comparison");
    const copy = await compareWithCopy(
      owner,
      join(servers.dataDir, "facts.copy"),
    );
    if (verify) await verifyRows(servers);
    await dimensions.stop();
    const comparisons: Record<string, unknown> = {};
    for (const job of new Set(against)) {
      writeLine(
        `Working off the same topic with ${job}; its start-up, up to its first batch, is not measured`,
      );
      const comparison = await compareWithSpark({
        job,
        home: spark,
        servers,
        signal: interrupted.signal,
      });
      refuseDifferences(listFaults(comparison, plays));
      Object.assign(
        comparisons,
        describeComparison(comparison, { plays, seconds }),
      );
    }
    return {
      plays,
      seconds: round(seconds),
      plays_per_second: Math.round(plays / seconds),
      ratio_to_enforced_copy: round(copy.enforced / seconds),
      ratio_to_bare_copy: round(copy.bare / seconds),
      enforced_copy_seconds: round(copy.enforced),
      bare_copy_seconds: round(copy.bare),
      ...comparisons,
      resident_mb: use?.residentMb ?? null,
      resident_by_process_mb: use?.residentByPartMb ?? null,
      cpu_seconds_by_process: use?.cpuSecondsByPart ?? null,
      verified: verify,
      durability,
      versions: await readVersions(owner),
    };
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await cleanups.run();
  }
}

async function refuseUndurable({
  connections,
}: PipelineServers): Promise<Readonly<Record<string, string>>> {
  const { settings, faults } = await readDurability(
    connections.databaseUrls.owner,
  );
  writeLine(
    Object.entries(settings)
      .map(([name, setting]) => `${name}=${setting}`)
      .join(" "),
  );
  if (faults.length === 0) return settings;
  throw new PipelineError(
    `No rate is given, as a power cut could lose what is committed: ${faults.join(", ")} must be on. See compose/postgres/postgresql.conf.`,
    { code: "not_durable", domain: "user" },
  );
}

async function verifyRows({ connections }: PipelineServers): Promise<void> {
  writeLine("Comparing every row with the oracle");
  const topics = await openTopicClient(connections.kafkaBootstrapServers);
  try {
    const records = await topics.readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]);
    refuseDifferences(
      await listDifferences(
        connections.databaseUrls.owner,
        records,
        await expectTables(records),
      ),
    );
  } finally {
    await topics.close();
  }
}

function refuseDifferences(differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new PipelineError(
    `No rate is given, as the tables are wrong:\n${differences.join("\n")}`,
    {
      code: "bench_tables_wrong",
      domain: "internal",
    },
  );
}

async function readVersions(
  databaseUrl: string,
): Promise<Record<string, string>> {
  const [row] = await selectRows<{ version: string }>(
    databaseUrl,
    "select current_setting('server_version') as version",
  );
  return { node: process.version, postgres: row?.version ?? "unknown" };
}

function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}
