import { randomUUID } from "node:crypto";
import { Kafka, logLevel, type Admin } from "kafkajs";
import { afterAll, inject } from "vitest";
import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import {
  dropDatabase,
  ensureDatabase,
} from "#compose/embedded/postgres-roles.ts";
import {
  ensureSecrets,
  type DatabaseRole,
  type PostgresAccess,
} from "#compose/embedded/secrets.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";

export interface TestDatabase {
  readonly name: string;
  readonly urls: Readonly<Record<DatabaseRole, string>>;
}

export interface TestTopicOptions {
  readonly partitions?: number;
  /** Settings of the topic, for example `{ "cleanup.policy": "compact" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

const databases = new Set<string>();
const topics = new Set<string>();

/** Returns `host:port` of the Kafka of this run. */
export function kafkaBootstrapServers(): string {
  return inject("kafkaBootstrapServers");
}

/** Makes a database, empty or as a copy of `template`, with a URL per role; it is dropped after the test file. */
export async function createDatabase({
  name = `test_${randomUUID().replaceAll("-", "")}`,
  template,
}: {
  readonly name?: string;
  readonly template?: string;
} = {}): Promise<TestDatabase> {
  const access = await postgresAccess();
  databases.add(name);
  await ensureDatabase(access, name, template);
  return {
    name,
    urls: {
      owner: formatDatabaseUrl(access, "owner", name),
      ingest: formatDatabaseUrl(access, "ingest", name),
      closer: formatDatabaseUrl(access, "closer", name),
      reader: formatDatabaseUrl(access, "reader", name),
    },
  };
}

/** Makes a topic with a name of its own (one partition unless told) and returns the name; it is deleted after the test file. */
export async function createTopic({
  partitions = 1,
  config = {},
}: TestTopicOptions = {}): Promise<string> {
  const topic = `test-${randomUUID()}`;
  topics.add(topic);
  // It waits until the broker knows the topic's leaders, which the client's own waiting gets wrong.
  await createTopics({ bootstrapServers: [kafkaBootstrapServers()] }, [
    { topic, partitions, config },
  ]);
  return topic;
}

// Registered when the test file imports this module, so it runs after the file's own hooks have closed their clients.
afterAll(async () => {
  if (databases.size > 0) {
    const access = await postgresAccess();
    await Promise.all([...databases].map((name) => dropDatabase(access, name)));
  }
  if (topics.size > 0) {
    const admin = await connectAdmin();
    await admin.deleteTopics({ topics: [...topics] });
    await admin.disconnect();
  }
});

async function postgresAccess(): Promise<PostgresAccess> {
  return {
    port: inject("postgresPort"),
    secrets: await ensureSecrets(inject("serversDir")),
  };
}

async function connectAdmin(): Promise<Admin> {
  const admin = new Kafka({
    clientId: "test-support",
    brokers: [kafkaBootstrapServers()],
    logLevel: logLevel.ERROR,
  }).admin();
  await admin.connect();
  return admin;
}
