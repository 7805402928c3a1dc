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
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";
import { checkTotals, readDurability } from "./check-database.ts";
import { compareWithCopy, type CopySeconds } from "./compare-with-copy.ts";
import { describeUse, type UseResult } from "./describe-use.ts";
import { planDrainTimeout } from "./drain-timeout.ts";
import { startProcessMeter } from "./measure-processes.ts";
import {
  divideByPlays,
  startWriteMeter,
  type WrittenBytes,
} from "./measure-writes.ts";
import { publishCatalogue, publishPlays } from "./publish-backlog.ts";
import { readVersions } from "./read-versions.ts";
import { compareWithSpark } from "./spark/compare-with-spark.ts";
import { describeComparison, listFaults } from "./spark/describe-comparison.ts";
import type { SparkHome } from "./spark/home.ts";
import type { SparkJob } from "./spark/jobs.ts";

const EXIT_CODE_INTERRUPTED = 130;

export interface BacklogOptions {
  readonly plays: number;
  /** Whether every row is compared with the oracle. */
  readonly verify: boolean;
  /** Whether the same rows are also copied; by default they are. */
  readonly copy?: boolean;
  readonly against: readonly SparkJob[];
  /** Execution environments; by default serverless.yml's. */
  readonly environments: number | undefined;
  readonly spark: SparkHome;
}

/** One run, in the words of the result; what was compared with Spark has names that depend on the job. */
export type BacklogResult = Readonly<
  Record<string, unknown> & {
    plays: number;
    seconds: number;
    plays_per_second: number;
    /** How many times as fast as the alternative; null where nothing was copied. */
    ratio_to_enforced_copy: number | null;
    ratio_to_bare_copy: number | null;
    /** From the first poll to the last window; what is later in the page cache or a checkpoint is in it. */
    bytes_written_per_play: WrittenBytes;
    /** While the plays were published, which is not timed: what Kafka writes to keep a play. */
    bytes_written_per_published_play: WrittenBytes;
    durability: Readonly<Record<string, string>>;
    versions: Readonly<Record<string, string>>;
    verified: boolean;
  } & UseResult
>;

/**
 * Works off a backlog on servers of its own, and has the alternatives do the same there. Throws where the number would say
 * nothing: `not_durable` (user), `bench_tables_wrong` (internal).
 */
export async function measureBacklog({
  plays,
  verify,
  copy: isCopied = true,
  against,
  environments,
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
    const publishing = await startWriteMeter(servers);
    await publishPlays(bootstrapServers, plays);
    const published = await publishing.stop();
    writeLine("Loading the dimensions");
    const dimensions = await startPipeline({
      ...servers,
      topics: DIMENSIONS,
      hasSchedules: false,
    });
    cleanups.add(() => dimensions.stop());

    writeLine("Working off the backlog");
    const writing = await startWriteMeter(servers);
    const meter = await startProcessMeter(servers.dataDir);
    const startMs = performance.now();
    const backlog = await startPipeline({
      ...servers,
      topics: [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      environments: environments ?? "declared",
    });
    cleanups.add(() => backlog.stop());
    await backlog.drain(planDrainTimeout(plays));
    const seconds = (performance.now() - startMs) / 1000;
    const use = await meter.stop();
    await backlog.stop();
    const written = await writing.stop();

    const { owner } = servers.connections.databaseUrls;
    refuseDifferences(await checkTotals(owner, plays));
    const copied = isCopied ? await copyRows(servers) : undefined;
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
      ...describeCopy(copied, seconds),
      ...comparisons,
      ...describeUse(use),
      bytes_written_per_play: divideByPlays(written, plays),
      bytes_written_per_published_play: divideByPlays(published, plays),
      verified: verify,
      durability,
      versions: await readVersions(owner, against.length > 0),
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

async function copyRows({
  dataDir,
  connections,
}: PipelineServers): Promise<CopySeconds> {
  writeLine("Copying the same rows for comparison");
  return compareWithCopy(
    connections.databaseUrls.owner,
    join(dataDir, "facts.copy"),
  );
}

function describeCopy(copied: CopySeconds | undefined, seconds: number) {
  return {
    ratio_to_enforced_copy:
      copied === undefined ? null : round(copied.enforced / seconds),
    ratio_to_bare_copy:
      copied === undefined ? null : round(copied.bare / seconds),
    enforced_copy_seconds: copied === undefined ? null : round(copied.enforced),
    bare_copy_seconds: copied === undefined ? null : round(copied.bare),
  };
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

function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}
