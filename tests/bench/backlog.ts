import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Command, Option } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
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
import { describeMachine } from "./describe-machine.ts";
import { startProcessMeter } from "./measure-processes.ts";
import { publishCatalogue, publishPlays } from "./publish-backlog.ts";
import { compareWithSpark } from "./spark/compare-with-spark.ts";
import { describeComparison, listFaults } from "./spark/describe-comparison.ts";
import { locateSpark } from "./spark/home.ts";
import { installSpark } from "./spark/install-spark.ts";
import { SPARK_JOBS, type SparkJob } from "./spark/jobs.ts";

interface BenchOptions {
  readonly plays: number;
  readonly json?: string;
  readonly verify: boolean;
  readonly against: readonly SparkJob[];
}

const command = new Command("bench")
  .description(
    "Measures how fast a backlog of plays becomes facts and closed windows, against a plain COPY of the same rows",
  )
  .option("--plays <count>", "plays in the backlog", parseCount, 1_000_000)
  .option("--json <file>", "also write the result into a file")
  .option("--verify", "also compare every row with the oracle", false)
  .addOption(
    new Option(
      "--against <job...>",
      "also let Spark work off the same topic: as the job that was replaced did, or as well as Spark can",
    )
      .choices(SPARK_JOBS)
      .default([], "neither"),
  )
  .showHelpAfterError("(--help shows the options)")
  .action(measureBacklog);
await runCommand(command);

async function measureBacklog({
  plays,
  json,
  verify,
  against,
}: BenchOptions): Promise<void> {
  const cleanups = createCleanups();
  const interrupted = new AbortController();
  const interrupt = () => {
    interrupted.abort();
    void cleanups.run().finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const spark = await locateSpark();
    if (against.length > 0) await installSpark(spark, writeLine);
    writeLine("Starting Kafka and Postgres in a temporary directory");
    const servers = await startServers({ postgresSettings: {} });
    cleanups.add(() => servers.stop());
    const durability = await refuseUndurable(servers);

    writeLine(`Loading ${formatCount(plays)} plays into Kafka`);
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
    const result = {
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
      machine: describeMachine(),
      versions: await readVersions(owner),
      measured_at: new Date().toISOString(),
    };
    writeLine(JSON.stringify(result, null, 2));
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  } finally {
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

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
