import { setTimeout as delay } from "node:timers/promises";

import kafkajs, { type Admin } from "kafkajs";

import type { TopicDeclaration } from "#shared/domain/topics.ts";

import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";

// Node does not find these names in the CommonJS module by itself.
const { ConfigResourceTypes, ConfigSource, KafkaJSProtocolError } = kafkajs;

const VISIBLE_TIMEOUT_MS = 15_000;
const POLL_INTERVAL_MS = 50;

/** What became of a declared topic. */
export interface TopicResult {
  readonly topic: string;
  readonly partitions: number;
  readonly action: "created" | "kept" | "extended";
}

/**
 * Creates the topics that are not there, adds partitions where there are fewer than declared, and sets each
 * topic's declared policies. More partitions than declared and settings that are not declared are left alone.
 *
 * @throws PipelineError `kafka_failed`
 */
export async function createTopics(
  connection: KafkaConnection,
  declarations: readonly TopicDeclaration[],
): Promise<TopicResult[]> {
  const admin = createKafkaClient(connection).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = declarations.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        // The client's own waiting fails while the broker does not know the new topic yet.
        waitForLeaders: false,
        topics: missing.map(({ topic, partitions, config }) => ({
          topic,
          numPartitions: partitions,
          configEntries: toEntries(config),
        })),
      });
    }
    await setPolicies(
      admin,
      declarations.filter(({ topic }) => existing.has(topic)),
    );
    const found = await countPartitions(
      admin,
      declarations.map(({ topic }) => topic),
    );
    const results: TopicResult[] = [];
    for (const { topic, partitions } of declarations) {
      const count = found.get(topic) ?? 0;
      if (count < partitions)
        await admin.createPartitions({
          topicPartitions: [{ topic, count: partitions }],
        });
      const kept = count < partitions ? "extended" : "kept";
      results.push({
        topic,
        partitions: Math.max(count, partitions),
        action: existing.has(topic) ? kept : "created",
      });
    }
    return results;
  } catch (cause) {
    throw kafkaError(cause, "the topics could not be created");
  } finally {
    await admin.disconnect();
  }
}

/** Alters the topics that differ; the request replaces all settings of a topic, so those not declared go along. */
async function setPolicies(
  admin: Admin,
  declarations: readonly TopicDeclaration[],
): Promise<void> {
  if (declarations.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: declarations.map(({ topic }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
    })),
  });
  const settings = new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter(
        ({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG,
      );
      return [
        resourceName,
        new Map(own.map((entry) => [entry.configName, entry.configValue])),
      ];
    }),
  );
  const changed = declarations.filter(({ topic, config }) =>
    Object.entries(config).some(
      ([name, value]) => settings.get(topic)?.get(name) !== value,
    ),
  );
  if (changed.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: changed.map(({ topic, config }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: toEntries({
        ...Object.fromEntries(settings.get(topic) ?? []),
        ...config,
      }),
    })),
  });
}

/** Waits until the broker knows every topic and its leaders: it may not yet for a moment after their creation. */
async function countPartitions(
  admin: Admin,
  names: readonly string[],
): Promise<Map<string, number>> {
  const deadlineMs = performance.now() + VISIBLE_TIMEOUT_MS;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      // A leader that is named may not know of it yet.
      for (const name of names) await admin.fetchTopicOffsets(name);
      return new Map(
        topics.map(({ name, partitions }) => [name, partitions.length]),
      );
    } catch (error) {
      if (!isNotYetKnown(error) || performance.now() > deadlineMs) throw error;
      await delay(POLL_INTERVAL_MS);
    }
  }
}

function isNotYetKnown(error: unknown): boolean {
  return (
    error instanceof KafkaJSProtocolError &&
    (error.type === "UNKNOWN_TOPIC_OR_PARTITION" ||
      error.type === "LEADER_NOT_AVAILABLE" ||
      error.type === "NOT_LEADER_FOR_PARTITION")
  );
}

function toEntries(
  config: Readonly<Record<string, string>>,
): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}
