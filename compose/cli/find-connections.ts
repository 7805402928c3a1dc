import {
  readConnectionEnv,
  type Connections,
} from "#compose/embedded/connection-env.ts";
import { assertKafkaReachable } from "#compose/embedded/kafka-answers.ts";
import { assertPostgresReachable } from "#compose/embedded/postgres-answers.ts";
import type { Config } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";

/** Which listener of a broker in Docker is meant. */
export interface ListenerChoice {
  readonly internal?: boolean;
  readonly external?: boolean;
}

/**
 * Returns the brokers, `host:port` separated by commas: those of the listener that was chosen, else those of
 * KAFKA_BOOTSTRAP_SERVERS, else the running stack's. Throws `not_running` (user) when there is none of them, and
 * `kafka_unreachable` (external).
 */
export async function findBrokers(
  dataDir: string,
  config: Config,
  { internal, external }: ListenerChoice = {},
): Promise<string> {
  const chosen = chooseBrokers(config, {
    internal: internal === true,
    external: external === true,
  });
  if (chosen !== undefined) {
    await assertKafkaReachable(chosen.bootstrapServers, chosen.setting);
    return chosen.bootstrapServers;
  }
  const { kafkaBootstrapServers } = await readStored(dataDir);
  await requireRunning(
    dataDir,
    assertKafkaReachable(kafkaBootstrapServers, "KAFKA_BOOTSTRAP_SERVERS"),
  );
  return kafkaBootstrapServers;
}

/** Returns the database's address per role, found as `findBrokers` finds Kafka; throws `not_running`, `postgres_unreachable`. */
export async function findDatabase(
  dataDir: string,
  config: Config,
): Promise<Connections["databaseUrls"]> {
  const chosen = chooseDatabase(config);
  if (chosen !== undefined) {
    await assertPostgresReachable(chosen.owner, "DATABASE_URL");
    return chosen;
  }
  const { databaseUrls } = await readStored(dataDir);
  await requireRunning(
    dataDir,
    assertPostgresReachable(databaseUrls.reader, "DATABASE_URL"),
  );
  return databaseUrls;
}

/** Returns both; throws what `findBrokers` and `findDatabase` throw. */
export async function findConnections(
  dataDir: string,
  config: Config,
): Promise<Connections> {
  const [kafkaBootstrapServers, databaseUrls] = await Promise.all([
    findBrokers(dataDir, config),
    findDatabase(dataDir, config),
  ]);
  return { kafkaBootstrapServers, databaseUrls };
}

/** Returns what the settings name, else the last start, whether or not anything answers there. */
export async function findAddresses(
  dataDir: string,
  config: Config,
): Promise<Partial<Connections>> {
  const stored = await readConnectionEnv(dataDir);
  const brokers = chooseBrokers(config, { internal: false, external: false });
  const databaseUrls = chooseDatabase(config);
  return {
    ...stored,
    ...(brokers && { kafkaBootstrapServers: brokers.bootstrapServers }),
    ...(databaseUrls && { databaseUrls }),
  };
}

function chooseDatabase(
  config: Config,
): Connections["databaseUrls"] | undefined {
  const owner = config.DATABASE_URL;
  if (owner === undefined) return undefined;
  return {
    owner,
    ingest: config.INGEST_DATABASE_URL ?? owner,
    closer: config.CLOSER_DATABASE_URL ?? owner,
    reader: config.READER_DATABASE_URL ?? owner,
  };
}

const choose = (setting: string, servers: readonly string[]) => ({
  bootstrapServers: servers.join(","),
  setting,
});

function chooseBrokers(
  config: Config,
  { internal, external }: { internal: boolean; external: boolean },
): { bootstrapServers: string; setting: string } | undefined {
  if (internal)
    return choose(
      "KAFKA_BOOTSTRAP_SERVERS_INTERNAL",
      config.KAFKA_BOOTSTRAP_SERVERS_INTERNAL,
    );
  if (external)
    return config.KAFKA_BOOTSTRAP_SERVERS_EXTERNAL === undefined
      ? choose("KAFKA_HOST", [`${config.KAFKA_HOST}:9092`])
      : choose(
          "KAFKA_BOOTSTRAP_SERVERS_EXTERNAL",
          config.KAFKA_BOOTSTRAP_SERVERS_EXTERNAL,
        );
  return config.KAFKA_BOOTSTRAP_SERVERS === undefined
    ? undefined
    : choose("KAFKA_BOOTSTRAP_SERVERS", config.KAFKA_BOOTSTRAP_SERVERS);
}

async function readStored(dataDir: string): Promise<Connections> {
  const connections = await readConnectionEnv(dataDir);
  if (connections === undefined) throw notRunning(dataDir);
  return connections;
}

/** What an earlier start has written may be out of date: that nothing runs is then the simpler truth. */
async function requireRunning(
  dataDir: string,
  reached: Promise<void>,
): Promise<void> {
  try {
    await reached;
  } catch (cause) {
    throw notRunning(dataDir, cause);
  }
}

function notRunning(dataDir: string, cause?: unknown): PipelineError {
  return new PipelineError(
    `Nothing runs on ${dataDir}. Start everything with npm start, or the servers and functions with npm run up; or set KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL to use other servers.`,
    { code: "not_running", domain: "user", cause },
  );
}
