import { join } from "node:path";
import { PipelineError } from "#shared/errors.ts";
import { writeConnectionEnv, type Connections } from "./connection-env.ts";
import { ensureDataDirectory } from "./data-directory.ts";
import { formatDatabaseUrl } from "./database-url.ts";
import { withFileLock } from "./file-lock.ts";
import { assertKafkaReachable } from "./kafka-answers.ts";
import { startKafka, stopKafka } from "./kafka-broker.ts";
import { assertPostgresReachable } from "./postgres-answers.ts";
import { startPostgres, stopPostgres } from "./postgres-server.ts";
import type { OnProgress, RunningServer } from "./running-server.ts";
import type { DatabaseRole } from "./secrets.ts";

// As long as the slowest first start of another process: the fetch of Kafka over a slow line.
const LOCK_TIMEOUT_MS = 15 * 60_000;

/** Servers of somebody else's; each one given is used instead of an embedded one. */
export interface ExternalServers {
  readonly kafkaBootstrapServers?: string | undefined;
  /** Used for every role without a URL of its own. */
  readonly databaseUrl?: string | undefined;
  readonly ingestDatabaseUrl?: string | undefined;
  readonly closerDatabaseUrl?: string | undefined;
  readonly readerDatabaseUrl?: string | undefined;
}

export interface StackOptions {
  readonly dataDir: string;
  readonly kafkaPort: number;
  readonly postgresPort: number;
  readonly onProgress: OnProgress;
  /** Told to other programs with the connections. */
  readonly metricsUrl?: string | undefined;
  readonly external?: ExternalServers;
  /** Where Kafka's jars are kept; `kafka-jars` in the data directory unless given. */
  readonly jarsDir?: string;
  /** See `PostgresOptions.settings`. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
}

export type ServerOrigin = RunningServer["origin"] | "external";

export interface Stack extends Connections {
  readonly kafkaOrigin: ServerOrigin;
  readonly postgresOrigin: ServerOrigin;
  /** Stops the embedded servers, adopted ones too; external ones are left alone. */
  stop(): Promise<void>;
}

interface Part<Connection> {
  readonly connection: Connection;
  readonly origin: ServerOrigin;
  stop(): Promise<void>;
}

/**
 * Starts or adopts the embedded Kafka and Postgres, or checks the external ones, and writes `connection.env`. When
 * one of them fails, what this call started is stopped again. Throws what `startKafka` and `startPostgres` throw,
 * and `kafka_unreachable`, `postgres_unreachable` (external); of two faults one error that tells both.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await ensureDataDirectory(options.dataDir);
  return withFileLock(
    join(options.dataDir, "start.lock"),
    LOCK_TIMEOUT_MS,
    async () => {
      const [kafka, postgres] = await startBoth(
        connectKafka(options),
        connectPostgres(options),
      );
      const connections = {
        kafkaBootstrapServers: kafka.connection,
        databaseUrls: postgres.connection,
        metricsUrl: options.metricsUrl,
      };
      await writeConnectionEnv(options.dataDir, connections);
      return {
        ...connections,
        kafkaOrigin: kafka.origin,
        postgresOrigin: postgres.origin,
        stop: async () => {
          await Promise.all([kafka.stop(), postgres.stop()]);
        },
      };
    },
  );
}

/** Stops the embedded servers of the data directory from any process, and tells which were running. */
export async function stopStack({
  dataDir,
}: Pick<StackOptions, "dataDir">): Promise<{
  readonly kafka: boolean;
  readonly postgres: boolean;
}> {
  await ensureDataDirectory(dataDir);
  return withFileLock(
    join(dataDir, "start.lock"),
    LOCK_TIMEOUT_MS,
    async () => {
      const [kafka, postgres] = await Promise.all([
        stopKafka(dataDir),
        stopPostgres(dataDir),
      ]);
      return { kafka, postgres };
    },
  );
}

async function connectKafka({
  dataDir,
  kafkaPort,
  onProgress,
  external,
  jarsDir,
}: StackOptions): Promise<Part<string>> {
  if (external?.kafkaBootstrapServers !== undefined) {
    await assertKafkaReachable(
      external.kafkaBootstrapServers,
      "KAFKA_BOOTSTRAP_SERVERS",
    );
    return asExternal(external.kafkaBootstrapServers);
  }
  const server = await startKafka({
    dataDir,
    jarsDir: jarsDir ?? join(dataDir, "kafka-jars"),
    port: kafkaPort,
    onProgress,
  });
  return asEmbedded(server, `127.0.0.1:${kafkaPort}`);
}

async function connectPostgres({
  dataDir,
  postgresPort,
  onProgress,
  external,
  postgresSettings,
}: StackOptions): Promise<Part<Record<DatabaseRole, string>>> {
  if (external?.databaseUrl !== undefined) {
    const owner = external.databaseUrl;
    const urls = {
      owner,
      ingest: external.ingestDatabaseUrl ?? owner,
      closer: external.closerDatabaseUrl ?? owner,
      reader: external.readerDatabaseUrl ?? owner,
    };
    await Promise.all([
      assertPostgresReachable(urls.owner, "DATABASE_URL"),
      assertPostgresReachable(urls.ingest, "INGEST_DATABASE_URL"),
      assertPostgresReachable(urls.closer, "CLOSER_DATABASE_URL"),
      assertPostgresReachable(urls.reader, "READER_DATABASE_URL"),
    ]);
    return asExternal(urls);
  }
  const settings =
    postgresSettings === undefined ? {} : { settings: postgresSettings };
  const server = await startPostgres({
    dataDir,
    port: postgresPort,
    onProgress,
    ...settings,
  });
  return asEmbedded(server, {
    owner: formatDatabaseUrl(server, "owner"),
    ingest: formatDatabaseUrl(server, "ingest"),
    closer: formatDatabaseUrl(server, "closer"),
    reader: formatDatabaseUrl(server, "reader"),
  });
}

function asExternal<Connection>(connection: Connection): Part<Connection> {
  return { connection, origin: "external", stop: async () => undefined };
}

function asEmbedded<Connection>(
  server: RunningServer,
  connection: Connection,
): Part<Connection> {
  return { connection, origin: server.origin, stop: () => server.stop() };
}

async function startBoth<First, Second>(
  first: Promise<Part<First>>,
  second: Promise<Part<Second>>,
): Promise<[Part<First>, Part<Second>]> {
  const results = await Promise.allSettled([first, second]);
  const [firstResult, secondResult] = results;
  if (
    firstResult.status === "fulfilled" &&
    secondResult.status === "fulfilled"
  ) {
    return [firstResult.value, secondResult.value];
  }
  for (const result of results) {
    // An adopted one was running before us, perhaps for somebody else.
    if (result.status === "fulfilled" && result.value.origin === "started") {
      await result.value.stop();
    }
  }
  const faults: unknown[] = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason] : [],
  );
  throw faults.length === 1 ? faults[0] : combineFaults(faults);
}

function combineFaults(faults: unknown[]): PipelineError {
  const messages = faults.map((fault) =>
    fault instanceof Error ? fault.message : String(fault),
  );
  return new PipelineError(
    `Neither Kafka nor Postgres could be used.\n${messages.join("\n")}`,
    {
      code: "stack_start_failed",
      domain: faults.every(
        (fault) => fault instanceof PipelineError && fault.domain === "user",
      )
        ? "user"
        : "external",
      cause: new AggregateError(faults),
    },
  );
}
