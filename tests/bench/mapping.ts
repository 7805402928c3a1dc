import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { CompressionTypes, Kafka, logLevel, Partitioners } from "kafkajs";

import { readEnvironment } from "#compose/cli/environment.ts";
import { invokerOption } from "#compose/cli/invoker-option.ts";
import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { createEventSourceMapping } from "#compose/event-source-mapping/create-event-source-mapping.ts";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import {
  openFunctions,
  type InvokerKind,
} from "#compose/runner/open-functions.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { readConfig } from "#shared/config.ts";
import { startServers } from "#tests/support/pipeline/start-servers.ts";
import { describeMachine } from "./describe-machine.ts";
import { startProcessMeter } from "./measure-processes.ts";
import { jsonOption, writeResult } from "./result-file.ts";

interface BenchOptions {
  readonly records: number;
  readonly invoker: InvokerKind;
  readonly json?: string;
}

const TOPIC = "bench-mapping";
const PARTITIONS = 10;
const RECORD_BYTES = 320;
const RECORDS_PER_REQUEST = 2000;
const FUNCTION_NAME = "return-at-once";
const ENVIRONMENTS = 2;
const TIMEOUT_MS = 15 * 60_000;

/** One function, and nothing that calls it but the mapping that is measured. */
const DECLARATION: Declaration = {
  functions: {
    [FUNCTION_NAME]: {
      handlerModule: "tests/fixtures/functions/return-at-once",
      handlerExport: "handler",
      runtime: "nodejs24.x",
      timeoutMs: 60_000,
      memorySizeMb: 512,
      environment: {},
      maximumConcurrency: ENVIRONMENTS,
    },
  },
  schedules: [],
  mappings: [],
  httpRoutes: [],
};

const command = new Command("bench:mapping")
  .description(
    "Measures the event source mapping alone: from Kafka to a function that returns at once, and the commits",
  )
  .option("--records <count>", "records in the topic", parseCount, 1_000_000)
  .addOption(invokerOption())
  .addOption(jsonOption())
  .showHelpAfterError("(--help shows the options)")
  .action(measureMapping);
await runCommand(command);

async function measureMapping({
  records,
  invoker: invokerKind,
  json,
}: BenchOptions): Promise<void> {
  const cleanups = createCleanups();
  const interrupt = () => void cleanups.run().finally(() => process.exit(130));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    writeLine("Starting Kafka in a temporary directory");
    const servers = await startServers({ postgresSettings: {} });
    cleanups.add(() => servers.stop());
    const { kafkaBootstrapServers } = servers.connections;
    const kafka = new Kafka({
      brokers: kafkaBootstrapServers.split(","),
      logLevel: logLevel.ERROR,
    });
    writeLine(`Loading ${records} records of ${RECORD_BYTES} bytes`);
    await load(kafka, records);

    const environment = readEnvironment();
    const { invoker } = await openFunctions(invokerKind, {
      declaration: DECLARATION,
      config: readConfig([], environment),
      dataDir: servers.dataDir,
      environment,
      onProgress: writeLine,
    });
    cleanups.add(() => invoker.stop());
    const mapping = createEventSourceMapping({
      configuration: parseEventSourceMapping({
        FunctionName: FUNCTION_NAME,
        SelfManagedEventSource: {
          Endpoints: {
            KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers.split(","),
          },
        },
        SourceAccessConfigurations: [],
        Topics: [TOPIC],
        BatchSize: 10_000,
        ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 1 },
      }),
      kafka: {},
      invoker,
      log: (_, message) => writeLine(message),
      choices: { invocationsPerProvisionedPoller: ENVIRONMENTS },
    });
    cleanups.add(() => mapping.stop());

    const meter = await startProcessMeter(servers.dataDir);
    const startMs = performance.now();
    await mapping.start();
    const isDone = await waitUntil(
      () => mapping.counters().CommittedEventCount >= records,
      TIMEOUT_MS,
    );
    if (!isDone)
      throw new Error(
        `No rate is given: after ${TIMEOUT_MS / 60_000} minutes ${mapping.counters().CommittedEventCount} of ${records} records are committed; ${mapping.lastProcessingResult}.`,
      );
    const seconds = (performance.now() - startMs) / 1000;
    const use = await meter.stop();
    const { SucceededEventCount, InvokedEventCount } = mapping.counters();
    if (SucceededEventCount !== records || InvokedEventCount !== records)
      throw new Error(
        `No rate is given: ${records} records were sent, ${InvokedEventCount} invoked and ${SucceededEventCount} succeeded.`,
      );
    const result = {
      invoker: invokerKind,
      records,
      record_bytes: RECORD_BYTES,
      partitions: PARTITIONS,
      seconds: Math.round(seconds * 1000) / 1000,
      records_per_second: Math.round(records / seconds),
      cpu_seconds_by_process: use?.cpuSecondsByPart ?? null,
      resident_by_process_mb: use?.residentByPartMb ?? null,
      machine: describeMachine(),
      measured_at: new Date().toISOString(),
    };
    writeLine(JSON.stringify(result, null, 2));
    await writeResult(json, result);
  } finally {
    await cleanups.run();
  }
}

async function load(kafka: Kafka, count: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: TOPIC, numPartitions: PARTITIONS }],
  });
  await admin.disconnect();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let first = 0; first < count; first += RECORDS_PER_REQUEST) {
    const messages = Array.from(
      { length: Math.min(RECORDS_PER_REQUEST, count - first) },
      () => ({
        partition: (first / RECORDS_PER_REQUEST) % PARTITIONS,
        value: randomBytes(RECORD_BYTES),
      }),
    );
    await producer.send({
      topic: TOPIC,
      compression: CompressionTypes.None,
      messages,
    });
  }
  await producer.disconnect();
}
